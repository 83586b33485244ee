import { sessionTimerSchedule, type SessionTimer, type SipClock } from '@plenary/sip';

export interface RefreshHandlers {
  /** Sends a session refresh; resolves with the timer it agreed on, `failed` to try again, `gone` when there is no session any more. */
  refresh(timer: SessionTimer): Promise<SessionTimer | undefined | 'failed' | 'gone'>;
  /** The session timer has run out, or the session is gone. */
  onExpired(): void;
}

/** After a refresh that failed. */
const retryMs = 5_000;

/** The session timer of one dialog (RFC 4028 section 10): our refreshes when they are ours, the end when nobody refreshed. */
export class SessionRefresh {
  readonly #clock: SipClock;
  readonly #handlers: RefreshHandlers;
  #timers: { cancel(): void }[] = [];

  constructor(clock: SipClock, handlers: RefreshHandlers) {
    this.#clock = clock;
    this.#handlers = handlers;
  }

  /** Begins anew, with every 2xx to a session refresh; without a timer the session does not expire. */
  restart(timer: SessionTimer | undefined): void {
    this.stop();
    if (!timer) return;
    const { refreshInMs, endInMs } = sessionTimerSchedule(timer);
    this.#after(endInMs, () => {
      this.stop();
      this.#handlers.onExpired();
    });
    if (refreshInMs !== undefined) this.#after(refreshInMs, () => void this.#refresh(timer));
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  async #refresh(timer: SessionTimer): Promise<void> {
    const round = this.#timers;
    const outcome = await this.#handlers.refresh(timer).catch(() => 'failed' as const);
    // Stopped or restarted meanwhile.
    if (round !== this.#timers || round.length === 0) return;
    if (outcome === 'gone') {
      this.stop();
      this.#handlers.onExpired();
    } else if (outcome === 'failed') {
      this.#after(retryMs, () => void this.#refresh(timer));
    } else {
      this.restart(outcome);
    }
  }

  #after(ms: number, fn: () => void): void {
    this.#timers.push(this.#clock.setTimer(ms, fn));
  }
}
