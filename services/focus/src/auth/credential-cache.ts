import type { Clock } from '@plenary/service';
import type { Credential, DigestAlgorithmName, RoomState } from '../room-state/interface.js';

export interface CredentialCacheOptions {
  readonly roomState: Pick<RoomState, 'credential'>;
  readonly clock: Clock;
  /** How long an answer, also "unknown", is kept. */
  readonly keepMs: number;
  /** Answers kept at most; the oldest goes first. */
  readonly entries: number;
}

/** Longer names, which the peer makes up, are asked for and not kept. */
const keptNameLength = 255;

/** H(A1) of accounts, asked of room-state once a minute at most. */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  readonly #known = new Map<string, { readonly untilMs: number; readonly credential: Credential | undefined }>();
  /** Questions under way: many requests of one user at once ask one. */
  readonly #asked = new Map<string, Promise<Credential | undefined>>();

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
  }

  /** Rejects when room-state does not answer; that is not kept. */
  async get(username: string, realm: string, algorithm: DigestAlgorithmName): Promise<Credential | undefined> {
    const { clock } = this.#options;
    const key = `${algorithm} ${realm} ${username}`;
    const known = this.#known.get(key);
    if (known && known.untilMs > clock.nowMs()) return known.credential;
    const asked = this.#asked.get(key) ?? this.#ask(key, username, realm, algorithm);
    return asked;
  }

  #ask(key: string, username: string, realm: string, algorithm: DigestAlgorithmName): Promise<Credential | undefined> {
    const asking = this.#options.roomState
      .credential(username, realm, algorithm)
      .then((credential) => {
        if (username.length <= keptNameLength) this.#keep(key, credential);
        return credential;
      })
      .finally(() => {
        this.#asked.delete(key);
      });
    this.#asked.set(key, asking);
    return asking;
  }

  #keep(key: string, credential: Credential | undefined): void {
    const { clock, keepMs, entries } = this.#options;
    this.#known.delete(key);
    this.#known.set(key, { untilMs: clock.nowMs() + keepMs, credential });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= entries) break;
      this.#known.delete(oldest);
    }
  }
}
