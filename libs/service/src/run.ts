import { formatFaults, type SettingFault } from '@plenary/config';
import type { Logger, Telemetry } from '@plenary/telemetry';
import type { Result } from '@plenary/wire';
import { host, type HostedService, type ServiceParts } from './host.js';

/** What a process gives `runService`; `process` itself, except in tests. */
export interface ProcessSurface {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  readonly stderr: { write(text: string): unknown };
}

export interface RunOptions<Settings> {
  readonly name: string;
  /** The outcome of `readSettings`. */
  readonly settings: Result<Settings, SettingFault[]>;
  /** Builds the context and the server; what it opened and failed to close is its own affair. */
  readonly create: (settings: Settings) => Promise<ServiceParts> | ServiceParts;
  readonly process?: ProcessSurface | undefined;
}

/** 0 drained; 1 could not start; 2 the drain deadline passed, draining failed, or a second signal came. */
export type ExitCode = 0 | 1 | 2;

/**
 * One service as one process: starts it, waits for SIGINT or SIGTERM, drains within the deadline, stops. A second signal
 * forces the stop. Resolves with the exit code; `main.ts` hands it to `process.exit`. What keeps it from starting is
 * told as one line on standard error.
 */
export async function runService<Settings>(options: RunOptions<Settings>): Promise<ExitCode> {
  const surface: ProcessSurface = options.process ?? process;
  const complain = (text: string): ExitCode => {
    surface.stderr.write(`${options.name} cannot start: ${text}\n`);
    return 1;
  };
  if (!options.settings.ok) return complain(formatFaults(options.settings.error));
  const signals = listenForSignals(surface);
  // A signal handler alone does not keep a process alive.
  const alive = setInterval(() => undefined, 3_600_000);
  try {
    let parts: ServiceParts;
    try {
      parts = await options.create(options.settings.value);
    } catch (error) {
      return complain(reasonOf(error));
    }
    const hosted = host(options.name, parts);
    const started = hosted.start().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const failure = await Promise.race([started, signals.first]);
    if (failure !== 'signal' && failure !== undefined) {
      await hosted.stop().catch(() => undefined);
      await parts.telemetry.shutdown();
      return complain(reasonOf(failure.error));
    }
    await signals.first;
    return await windDown(hosted, signals.second, parts.telemetry, parts.telemetry.logger(options.name));
  } finally {
    clearInterval(alive);
    signals.end();
  }
}

async function windDown(
  hosted: HostedService,
  forced: Promise<'signal'>,
  telemetry: Telemetry,
  logger: Logger,
): Promise<ExitCode> {
  const drained = hosted.drain().then(
    () => 'drained' as const,
    (error: unknown) => ({ error }),
  );
  const outcome = await Promise.race([drained, forced]);
  if (outcome === 'signal') logger.warn({}, 'second signal: stopping at once');
  else if (outcome !== 'drained') logger.error({ err: outcome.error }, 'draining failed');
  let clean = outcome === 'drained';
  try {
    await hosted.stop();
  } catch (error) {
    logger.error({ err: error }, 'stopping failed');
    clean = false;
  }
  await telemetry.shutdown();
  return clean ? 0 : 2;
}

interface Signals {
  readonly first: Promise<'signal'>;
  readonly second: Promise<'signal'>;
  end(): void;
}

function listenForSignals(surface: ProcessSurface): Signals {
  let onFirst: (() => void) | undefined;
  let onSecond: (() => void) | undefined;
  const first = new Promise<'signal'>((resolve) => {
    onFirst = () => {
      resolve('signal');
    };
  });
  const second = new Promise<'signal'>((resolve) => {
    onSecond = () => {
      resolve('signal');
    };
  });
  let seen = 0;
  const listener = (): void => {
    seen++;
    if (seen === 1) onFirst?.();
    else onSecond?.();
  };
  surface.on('SIGINT', listener);
  surface.on('SIGTERM', listener);
  return {
    first,
    second,
    end: () => {
      surface.off('SIGINT', listener);
      surface.off('SIGTERM', listener);
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
