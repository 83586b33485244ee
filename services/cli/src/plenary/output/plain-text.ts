// What others wrote must not steer the terminal.
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const steering = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of others on one line: no control characters, no direction marks. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n|\n|\t/g, ' ').replaceAll(steering, '\u{fffd}');
}

/** How many columns of a terminal the text takes: wide characters two, combining ones none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  if (/\p{M}|\p{Cf}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(
    character,
  )
    ? 2
    : 1;
}
