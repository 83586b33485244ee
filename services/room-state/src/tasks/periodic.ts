import type { Clock, Timer } from '@plenary/service';

/** Work that comes again: every `intervalMs` after the end of the last time, never twice at once. */
export interface Periodic {
  /** The next time starts no later than now; resolves when one full run that began after the call has ended. */
  runNow(): Promise<void>;
  /** Nothing starts after this; resolves when what runs has ended. */
  stop(): Promise<void>;
}

export function startPeriodic(
  clock: Clock,
  intervalMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Periodic {
  let stopped = false;
  let timer: Timer | undefined;
  let last: Promise<void> = Promise.resolve();
  const schedule = (): void => {
    timer?.cancel();
    if (!stopped) timer = clock.setTimer(intervalMs, () => void run());
  };
  const run = (): Promise<void> => {
    last = last.then(async () => {
      if (stopped) return;
      await work().catch(onError);
      schedule();
    });
    return last;
  };
  schedule();
  return {
    runNow: run,
    async stop() {
      stopped = true;
      timer?.cancel();
      await last;
    },
  };
}
