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

/** H(A1) of accounts, asked of room-state once a minute at most. */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  readonly #known = new Map<string, { readonly untilMs: number; readonly credential: Credential | undefined }>();

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
  }

  async get(username: string, realm: string, algorithm: DigestAlgorithmName): Promise<Credential | undefined> {
    const { roomState, clock, keepMs, entries } = this.#options;
    const key = `${algorithm} ${realm} ${username}`;
    const known = this.#known.get(key);
    if (known && known.untilMs > clock.nowMs()) return known.credential;
    const credential = await roomState.credential(username, realm, algorithm);
    this.#known.delete(key);
    this.#known.set(key, { untilMs: clock.nowMs() + keepMs, credential });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= entries) break;
      this.#known.delete(oldest);
    }
    return credential;
  }
}
