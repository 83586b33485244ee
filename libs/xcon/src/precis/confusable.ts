import { nicknameKey } from '../nickname.js';

/** Characters that are drawn as another, by the one they are drawn as. */
const drawnAs: ReadonlyMap<string, string> = new Map(
  (
    [
      ['o', '0OΟοОоՕօ'],
      ['l', '1I|lΙІӀӏ∣ǀ'],
      ['a', 'ΑαАа'],
      ['b', 'ΒВЬ'],
      ['c', 'СсϹϲ'],
      ['d', 'ԁ'],
      ['e', 'ΕЕе'],
      ['g', 'ɡ'],
      ['h', 'ΗНһ'],
      ['i', 'іι'],
      ['j', 'ЈјϳͿ'],
      ['k', 'ΚКκк'],
      ['m', 'ΜМ'],
      ['n', 'Νո'],
      ['p', 'ΡρРр'],
      ['q', 'ԛ'],
      ['s', 'ЅѕՏ5'],
      ['t', 'ΤТ'],
      ['u', 'υսՍ'],
      ['v', 'νѵѴ'],
      ['w', 'ԝԜ'],
      ['x', 'ΧχХх'],
      ['y', 'ΥУуү'],
      ['z', 'ΖΖ2'],
    ] as const
  ).flatMap(([as, characters]) => Array.from(characters, (character) => [character, as] as const)),
);

/**
 * What a nickname looks like: two that are equal here are easily taken for each other. Made of the most common look-alikes of Latin,
 * Greek, Cyrillic and Armenian letters and of digits, not of the whole table of Unicode Technical Standard 39. Any text is taken; what the
 * Nickname profile refuses looks like itself.
 *
 * Spec: RFC 8266 §6.4, RFC 7701 §11. Req: NICK-X-017.
 */
export function nicknameSkeleton(nickname: string): string {
  const drawn = Array.from(nickname.normalize('NFKC'), (character) => drawnAs.get(character) ?? character).join('');
  const key = nicknameKey(drawn);
  const plain = (key.ok ? key.value : drawn).normalize('NFD').replace(/\p{Mn}/gu, '');
  return plain.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll(' ', '');
}
