import type { PasswordProof } from './room/password-proof.js';
import type { Passwords } from './password.js';
import type { Throttle } from './throttle.js';

/** Too many wrong passwords came from there, or for this conference: the one at hand is not looked at. */
export class TooManyTries extends Error {
  override readonly name = 'TooManyTries';
}

/** Where a password came from, and for which conference, for the limits on guessing. */
export interface PasswordTry {
  /** Address or identity of the peer; empty: unknown, which counts for the conference alone. */
  readonly source: string;
  readonly room: string;
}

/** Checks conference passwords and slows who guesses them. Req: POL-016, POL-017, SEC-011. */
export class PasswordCheck {
  /** `bySource` counts the tries of each source, `byRoom` those of all sources for one conference. */
  constructor(
    private readonly passwords: Passwords,
    private readonly bySource: Throttle,
    private readonly byRoom: Throttle,
  ) {}

  /**
   * What came with a request, checked against the hash the conference has now. A conference without a password takes any, and
   * none. Throws `TooManyTries`, `PasswordsBusy`.
   */
  async prove(hash: string, password: string | undefined, tried: PasswordTry): Promise<PasswordProof> {
    if (password === undefined) return { kind: 'none' };
    if (hash === '') return { kind: 'checked', hash, right: true };
    const { source, room } = tried;
    const sources = source === '' ? [] : [source];
    // A source may be what its peer says of itself: the conference has a limit of its own.
    if (!this.bySource.attempt(sources)) throw new TooManyTries('too many wrong passwords');
    if (!this.byRoom.attempt([room])) throw new TooManyTries('too many wrong passwords');
    const right = await this.passwords.verify(password, hash);
    if (right) {
      this.bySource.giveBack(sources);
      this.byRoom.giveBack([room]);
    }
    return { kind: 'checked', hash, right };
  }
}
