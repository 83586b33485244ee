import type { Actor } from '../actor.js';
import type { World } from '../world.js';

/** A sentence and what it does; the groups of the pattern are its arguments. */
export interface Step {
  readonly pattern: RegExp;
  does(world: World, ...words: string[]): Promise<void> | void;
}

/** `alice`, `bob's phone`. */
export const who = String.raw`([a-z]\w*(?:'s \w+)?)`;
/** `"some text"`. */
export const text = String.raw`"([^"]*)"`;
/** `lobby`, `sip:lobby@localhost`. */
export const place = String.raw`(\S+)`;

/** A pattern over a whole sentence; `<who>`, `<text>` and `<place>` stand for the groups above. */
export function sentence(written: string): RegExp {
  const source = written.replaceAll('<who>', who).replaceAll('<text>', text).replaceAll('<place>', place);
  return new RegExp(`^${source}$`);
}

export function fail(message: string): never {
  throw new Error(message);
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) fail(`${what}: ${got}, expected ${wanted}`);
}

/** What somebody has seen so far, for the text of a failure. */
export function sightOf(actor: Actor): string {
  const lines = actor.seen.map((seen) => {
    const shown = seen.text.length > 60 ? `${seen.text.slice(0, 60)}… (${seen.text.length})` : seen.text;
    return `  ${seen.from}${seen.isPrivate ? ' (private)' : ''}: ${shown}`;
  });
  return `${actor.name} has seen${lines.length === 0 ? ' nothing' : `:\n${lines.join('\n')}`}`;
}
