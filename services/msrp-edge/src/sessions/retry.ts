import type { Clock } from '@plenary/service';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

/** Tries something idempotent until it does not reject, `attempts` times at most, with growing pauses. Never rejects. */
export async function retryUntilDone(clock: Clock, attempts: number, action: () => Promise<void>): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      await action();
      return;
    } catch {
      if (attempt >= attempts) return;
    }
    await new Promise<void>((resolve) => clock.setTimer(pauseMs, resolve));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
