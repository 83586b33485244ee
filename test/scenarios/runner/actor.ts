import { createHash } from 'node:crypto';
import { Account, JoinFailure, type JoinOptions, type Room, type SaidMessage, type SipEndpoint } from '@plenary/client';
import type { Changes } from './wait.js';

/** A message as an actor saw it. */
export interface Seen {
  readonly from: string;
  readonly to: string;
  readonly isPrivate: boolean;
  readonly isNotice: boolean;
  readonly contentType: string;
  readonly text: string;
  /** Digest of the whole CPIM object. */
  readonly digest: string;
}

/** One device of one user in one room. */
export class Actor {
  readonly user: string;
  readonly seen: Seen[] = [];
  readonly reports: { readonly messageId: string; readonly status: number }[] = [];
  /** Message-ID by text, of what was sent. */
  readonly sentIds = new Map<string, string>();
  room: Room | undefined;
  lineLost: string | undefined;
  ended: string | undefined;
  readonly #changes: Changes;

  constructor(
    readonly name: string,
    changes: Changes,
  ) {
    this.user = /^\w+/.exec(name)?.[0] ?? name;
    this.#changes = changes;
  }

  get uri(): string {
    return `sip:${this.user}@localhost`;
  }

  /** The room, for who has joined. */
  get stay(): Room {
    if (!this.room) throw new Error(`${this.name} has joined no room`);
    return this.room;
  }

  /** Joins; resolves with 200, or with the status that refused it. */
  async join(
    endpoint: SipEndpoint,
    roomUri: string,
    options: Partial<JoinOptions> & { readonly password?: string | undefined } = {},
  ): Promise<number | undefined> {
    const { password = this.user, ...rest } = options;
    const account = new Account(endpoint, { uri: this.uri, username: this.user, password });
    try {
      this.room = await account.join(roomUri, {
        ...rest,
        onMessage: (message) => {
          const { from, to, isPrivate, isNotice, contentType } = message;
          const text = Buffer.from(message.content).toString('utf8');
          this.seen.push({ from, to, isPrivate, isNotice, contentType, text, digest: digestOf(message.octets) });
          this.#changes.changed();
        },
        onLineLost: (reason) => {
          this.lineLost = reason;
          this.#changes.changed();
        },
        onEnded: (reason) => {
          this.ended = reason;
          this.#changes.changed();
        },
        onReport: (messageId, status) => {
          this.reports.push({ messageId, status });
          this.#changes.changed();
        },
      });
      return 200;
    } catch (error) {
      if (error instanceof JoinFailure) return error.status;
      throw error;
    }
  }

  /** What became of a message: 200, the status of its refusal, or a word. */
  async outcome(said: SaidMessage): Promise<string> {
    const outcome = await said.outcome;
    return outcome.kind === 'accepted' ? '200' : String(outcome.failure);
  }
}

export function digestOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}
