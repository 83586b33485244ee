import { randomBytes } from 'node:crypto';
import type { RandomBytes, SipClock } from '@plenary/sip';

/** The machine's time; its timers do not keep the process alive. */
export const systemClock: SipClock = {
  nowMs: () => Date.now(),
  setTimer(ms, fn) {
    const timeout = setTimeout(fn, ms);
    timeout.unref();
    return {
      cancel: () => {
        clearTimeout(timeout);
      },
    };
  },
};

export const systemRandom: RandomBytes = (length) => randomBytes(length);
