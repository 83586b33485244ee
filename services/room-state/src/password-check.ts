import type { Clock } from '@plenary/service';
import type { PasswordProof } from './room/password-proof.js';
import type { Passwords } from './password.js';
import type { Throttle } from './throttle.js';

/** Too many wrong passwords came from there: the one at hand is not looked at. */
export class TooManyTries extends Error {
  override readonly name = 'TooManyTries';
}

/** Where a password came from, and for which conference, for the limits on guessing. */
export interface PasswordTry {
  /** Address or identity of the peer; empty: unknown. */
  readonly source: string;
  /** XCON-USERID of who was authenticated; empty: nobody was. */
  readonly user: string;
  readonly room: string;
}

export interface PasswordCheckOptions {
  readonly passwords: Passwords;
  /** Tries of each source. */
  readonly bySource: Throttle;
  /** Tries of each authenticated user, from everywhere. */
  readonly byUser: Throttle;
  /** Tries of all for one conference. */
  readonly byRoom: Throttle;
  readonly clock: Clock;
}

/** How long the password of a known user waits while a conference is being guessed at, and how many may wait at once. */
const slowedMs = 1_000;
const slowedMax = 1_000;

/**
 * Checks conference passwords and slows who guesses them. Nobody can lock others out of a conference by guessing: past its limit a known
 * user waits a little, unless the password is one that was right a moment ago; strangers, who may give every try another source, are
 * not looked at. Req: POL-016, POL-017, SEC-011.
 */
export class PasswordCheck {
  #slowed = 0;

  constructor(private readonly options: PasswordCheckOptions) {}

  /**
   * What came with a request, checked against the hash the conference has now. A conference without a password takes any, and
   * none. Throws `TooManyTries`, `PasswordsBusy`.
   */
  async prove(hash: string, password: string | undefined, tried: PasswordTry): Promise<PasswordProof> {
    if (password === undefined) return { kind: 'none' };
    if (hash === '') return { kind: 'checked', hash, right: true };
    const { passwords, bySource, byUser, byRoom } = this.options;
    const sources = keys(tried.source);
    const users = keys(tried.user);
    if (!bySource.attempt(sources)) throw new TooManyTries('too many wrong passwords: try again later');
    if (!byUser.attempt(users)) throw new TooManyTries('too many wrong passwords: try again later');
    const rooms = byRoom.attempt([tried.room]) ? [tried.room] : [];
    if (rooms.length === 0 && !passwords.isRemembered(password, hash)) await this.#slow(tried.user);
    const right = await passwords.verify(password, hash);
    if (right) {
      bySource.giveBack(sources);
      byUser.giveBack(users);
      byRoom.giveBack(rooms);
    }
    return { kind: 'checked', hash, right };
  }

  async #slow(user: string): Promise<void> {
    if (user === '' || this.#slowed >= slowedMax) throw new TooManyTries('too many wrong passwords: try again later');
    this.#slowed += 1;
    await new Promise<void>((resolve) => {
      this.options.clock.setTimer(slowedMs, resolve);
    });
    this.#slowed -= 1;
  }
}

function keys(key: string): readonly string[] {
  return key === '' ? [] : [key];
}
