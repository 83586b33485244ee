/**
 * Timers of the transaction layer (RFC 3261 section 17 and table 4 of appendix A, RFC 6026 sections 7.1 and 7.2).
 * All durations are in milliseconds. Req: SIP-014, SIP-016.
 */
export interface TransactionTimers {
  /** Estimate of the round-trip time; default 500. */
  readonly t1Ms: number;
  /** Longest interval between retransmissions of non-INVITE requests and INVITE responses; default 4000. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network; default 5000. */
  readonly t4Ms: number;
  /** How long the TU may think before the INVITE server transaction sends 100 by itself; default 200. */
  readonly tryingMs: number;
}

export const DEFAULT_TIMERS: TransactionTimers = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000, tryingMs: 200 };

/**
 * The timers by their letters in the RFCs. Two have no letter: `trying` is the 200 ms of section 17.2.1, `cancel` the 64*T1 after
 * which a cancelled INVITE that got no final response is given up (section 9.1).
 */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'cancel' | 'trying';

/** Timer D is "at least 32 seconds for unreliable transports" (section 17.1.1.2), however small T1 is set. */
const TIMER_D_MS = 32_000;

/**
 * How long a timer runs when it is set for the first time. Timers D, I, J and K are 0 on a reliable transport: the
 * transaction then ends at the next turn of the clock. A, E and G are never set there.
 */
export function timerMs(name: TimerName, timers: TransactionTimers, reliable: boolean): number {
  switch (name) {
    case 'A':
    case 'E':
    case 'G':
      return timers.t1Ms;
    case 'B':
    case 'F':
    case 'H':
    case 'L':
    case 'M':
    case 'cancel':
      return 64 * timers.t1Ms;
    case 'D':
      return reliable ? 0 : Math.max(TIMER_D_MS, 64 * timers.t1Ms);
    case 'I':
    case 'K':
      return reliable ? 0 : timers.t4Ms;
    case 'J':
      return reliable ? 0 : 64 * timers.t1Ms;
    case 'trying':
      return timers.tryingMs;
  }
  return name;
}

/** The next interval of a retransmission: doubled, up to `capMs` (no cap for timer A). */
export function doubled(intervalMs: number, capMs: number = Number.POSITIVE_INFINITY): number {
  return Math.min(2 * intervalMs, capMs);
}
