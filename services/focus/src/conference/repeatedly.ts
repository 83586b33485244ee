import { RpcError } from '@plenary/service';
import type { Clock } from '@plenary/service';

/** Pauses between attempts, milliseconds. */
const pausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000];

/**
 * Does it again, up to seven times within about 19 s, while it fails in a way that may pass; then rejects with the last error. `work` has to bear
 * repetition.
 */
export async function repeatedly<T>(
  work: () => Promise<T>,
  clock: Clock,
  mayPass: (error: unknown) => boolean = isAway,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    await new Promise<void>((resolve) => {
      clock.setTimer(pauseMs, resolve);
    });
  }
  return work();
}

/** The service asked was away, too slow or overtaxed. */
export function isAway(error: unknown): boolean {
  return error instanceof RpcError && error.retryable;
}
