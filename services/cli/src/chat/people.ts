import { identityEquals, parseIdentity } from '@plenary/wire';

/** Somebody who was heard in the room. */
export interface Person {
  readonly uri: string;
  /** As the person writes it; proves nothing. */
  readonly displayName: string;
  readonly lastHeardMs: number;
}

/** At most this many are remembered; the one heard longest ago goes. */
const remembered = 2_000;

/** Who was seen so far: everybody who said something. The room's own roster is not this. */
export class People {
  readonly #own: string;
  readonly #domain: string;
  readonly #byUri = new Map<string, Person>();

  constructor(ownUri: string) {
    this.#own = ownUri;
    this.#domain = parseIdentity(ownUri)?.host ?? '';
  }

  heard(uri: string, displayName: string, atMs: number): void {
    this.#byUri.delete(uri);
    this.#byUri.set(uri, { uri, displayName, lastHeardMs: atMs });
    const [oldest] = this.#byUri.keys();
    if (this.#byUri.size > remembered && oldest !== undefined) this.#byUri.delete(oldest);
  }

  /** Those heard, the latest last. */
  get all(): readonly Person[] {
    return [...this.#byUri.values()];
  }

  /** The short name of an address: `alice` where the domain is ours, the whole address otherwise. */
  nameOf(uri: string): string {
    const identity = parseIdentity(uri);
    if (identity === undefined || identity.host !== this.#domain || identity.user === '') return uri;
    return identity.user;
  }

  isOwn(uri: string): boolean {
    return identityEquals(uri, this.#own);
  }

  /** The address meant by a word: an address, the name of somebody seen, or a user of our domain. */
  addressOf(word: string): string | undefined {
    if (/^(?:sips?|im|tel):/i.test(word)) return parseIdentity(word) === undefined ? undefined : word;
    const wanted = word.toLowerCase();
    const seen = this.all.toReversed();
    const known =
      seen.find(({ uri }) => this.nameOf(uri) === word) ??
      seen.find(({ uri }) => this.nameOf(uri).toLowerCase() === wanted) ??
      seen.find(({ displayName }) => displayName.toLowerCase() === wanted);
    if (known) return known.uri;
    const uri = `sip:${word.includes('@') ? word : `${word}@${this.#domain}`}`;
    return parseIdentity(uri) === undefined ? undefined : uri;
  }
}
