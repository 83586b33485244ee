/** Where pretty lines go: a terminal, or anything that takes text. */
export interface TextSink {
  write(text: string): unknown;
}

/** Left out of the pretty form: said already, or the same on every line. */
const standing = new Set(['ts', 'level', 'service', 'pod', 'version', 'logger', 'msg', 'err']);

const colourOf = new Map([
  ['debug', '\u001B[90m'],
  ['info', '\u001B[32m'],
  ['warn', '\u001B[33m'],
  ['error', '\u001B[31m'],
]);

/**
 * A log stream for a person at a terminal: `12:00:01.234 info  focus:join  joined  seq=12 room_hash=ab12`, one line an
 * entry, with the stack of an error below it. Colours only when `colours` is true.
 */
export function prettyStream(sink: TextSink, options: { readonly colours: boolean }): { write(line: string): void } {
  return {
    write(line) {
      sink.write(`${prettyLine(line, options.colours)}\n`);
    },
  };
}

/** One JSON log line in its pretty form; a line that is not JSON is passed on with its control characters escaped. */
export function prettyLine(line: string, colours: boolean): string {
  const entry = parse(line);
  if (entry === undefined) return escapeControls(line.trimEnd());
  const level = textOf(entry['level']);
  const colour = colours ? (colourOf.get(level) ?? '') : '';
  const end = colour === '' ? '' : '\u001B[0m';
  const fields = Object.entries(entry)
    .filter(([name]) => !standing.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  const pieces = [textOf(entry['logger'] ?? entry['service']), textOf(entry['msg']), ...fields];
  const said = escapeControls(pieces.filter((piece) => piece !== '').join(' '));
  const time = escapeControls(textOf(entry['ts']).slice(11, 23));
  return `${time} ${colour}${escapeControls(level).padEnd(5)}${end} ${said}${stackOf(entry['err'])}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('stack' in error) || typeof error.stack !== 'string') return '';
  return error.stack
    .split('\n')
    .map((line) => `\n    ${escapeControls(line)}`)
    .join('');
}

/** Control characters as `\\xNN`, so that logged text cannot steer the terminal. */
function escapeControls(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
    /[\u0000-\u001F\u007F-\u009F]/g,
    (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
