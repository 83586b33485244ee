import type { RosterUser } from '@plenary/client';
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

/** Who is known here: the room's roster, as far as the room tells it, and everybody who said something. */
export class People {
  readonly #own: string;
  readonly #domain: string;
  readonly #byUri = new Map<string, Person>();
  #roster: readonly RosterUser[] = [];

  constructor(ownUri: string) {
    this.#own = ownUri;
    this.#domain = parseIdentity(ownUri)?.host ?? '';
  }

  /** Somebody said something then; what was said earlier than something known already tells nothing new. */
  heard(uri: string, displayName: string, atMs: number): void {
    const known = this.#byUri.get(uri);
    if (known !== undefined && known.lastHeardMs > atMs) return;
    this.#byUri.set(uri, { uri, displayName, lastHeardMs: atMs });
    if (this.#byUri.size <= remembered) return;
    const [oldest] = this.all;
    if (oldest !== undefined) this.#byUri.delete(oldest.uri);
  }

  /** Who is in the room now, as its document says. */
  present(roster: readonly RosterUser[]): void {
    this.#roster = roster;
  }

  /** Those heard, the latest last. */
  get all(): readonly Person[] {
    return [...this.#byUri.values()].toSorted((a, b) => a.lastHeardMs - b.lastHeardMs);
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

  /** The address meant by a word: an address, the nickname or name of somebody who is here or was seen, or a user of our domain. */
  addressOf(word: string): string | undefined {
    if (/^(?:sips?|im|tel):/i.test(word)) return parseIdentity(word) === undefined ? undefined : word;
    const wanted = word.toLowerCase();
    const here =
      this.#roster.find(({ nickname }) => nickname === word) ??
      this.#roster.find(({ nickname }) => nickname?.toLowerCase() === wanted) ??
      this.#roster.find(({ uri }) => this.nameOf(uri).toLowerCase() === wanted) ??
      this.#roster.find(({ displayName }) => displayName?.toLowerCase() === wanted);
    if (here) return here.uri;
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
