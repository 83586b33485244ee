import type { TlsOptions } from 'node:tls';
import { type Clock, systemClock, type Timer } from '../clock.js';
import { StartError } from '../start-error.js';
import { CertificateFault, type CertificateFiles, type Pem, readPem } from './pem-files.js';

export interface CertificatesOptions {
  /** Names of the settings that hold the paths, for messages. Default: `certificate`, `key`, `authorities`. */
  readonly settings?: Partial<Readonly<Record<keyof CertificateFiles, string>>> | undefined;
  /** How often the files are looked at. Default 30,000 ms. */
  readonly checkEveryMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Told when renewed files have come into use. */
  readonly onChange?: ((expiresAtMs: number) => void) | undefined;
  /** Told once for each state of the files that cannot be used; what was in use stays in use. */
  readonly onFault?: ((error: Error) => void) | undefined;
}

/** A certificate with its key, and the authorities that are believed; followed while the files change. */
export interface Certificates {
  /** What a TLS server or client takes: `cert`, `key`, `minVersion`, and `ca` where authorities were named. */
  options(): TlsOptions & { readonly cert: string; readonly key: string; readonly ca?: string };
  /** Called when renewed files came into use; returns how to stop that. What was opened before goes on as it was. */
  onChange(handler: () => void): () => void;
  /** When the certificate in use ends, milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** Looks at the files now, instead of at the next turn. */
  check(): void;
  /** Looks no more. */
  close(): void;
}

const defaultIntervalMs = 30_000;

/**
 * Opens the files and follows them: a certificate that was renewed counts for whatever is opened next.
 *
 * At the start anything wrong throws `StartError`, one line that names the setting: a file that is missing or unreadable, a
 * key that is not the certificate's, a certificate that is over or not valid yet. Later the pair in use stays, and `onFault`
 * is told. Files are read, not watched: a mounted secret changes by the renaming of a link, which a watch may miss.
 */
export function openCertificates(files: CertificateFiles, options: CertificatesOptions = {}): Certificates {
  const { clock = systemClock, checkEveryMs = defaultIntervalMs, onChange, onFault } = options;
  const handlers = new Set<() => void>();
  let inUse = atStart(files, clock, options.settings ?? {});
  /** What was wrong the last time, so that it is told once. */
  let toldFault = '';
  let timer: Timer | undefined;
  let closed = false;

  const check = (): void => {
    if (closed) return;
    try {
      const fresh = readUsable(files, clock.nowMs());
      toldFault = '';
      if (fresh.fingerprint === inUse.fingerprint) return;
      inUse = fresh;
      for (const handler of handlers) handler();
      onChange?.(fresh.expiresAtMs);
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      if (fault.message === toldFault) return;
      toldFault = fault.message;
      onFault?.(fault);
    }
  };
  const again = (): void => {
    timer = clock.setTimer(checkEveryMs, () => {
      check();
      if (!closed) again();
    });
  };
  again();

  return {
    options: () => ({
      cert: inUse.cert,
      key: inUse.key,
      minVersion: 'TLSv1.2',
      ...(inUse.ca === undefined ? {} : { ca: inUse.ca }),
    }),
    onChange(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    get expiresAtMs() {
      return inUse.expiresAtMs;
    },
    check,
    close() {
      closed = true;
      timer?.cancel();
      handlers.clear();
    },
  };
}

function atStart(files: CertificateFiles, clock: Clock, names: NonNullable<CertificatesOptions['settings']>): Pem {
  try {
    return readUsable(files, clock.nowMs());
  } catch (error) {
    if (!(error instanceof CertificateFault)) throw error;
    const setting = names[error.file] ?? error.file;
    const text = error.message.startsWith('cannot be read') ? ` ${error.message}` : `: ${error.message}`;
    throw new StartError(`${setting}${text}`, { cause: error });
  }
}

/** Between two reads the files may have been exchanged: what does not fit together is read once more. */
function readUsable(files: CertificateFiles, nowMs: number): Pem {
  let pem: Pem;
  try {
    pem = readPem(files);
  } catch {
    pem = readPem(files);
  }
  const day = (ms: number): string => new Date(ms).toISOString();
  if (nowMs >= pem.expiresAtMs)
    throw new CertificateFault('certificate', `${files.certificate} ended at ${day(pem.expiresAtMs)}`);
  if (nowMs < pem.beginsAtMs)
    throw new CertificateFault('certificate', `${files.certificate} is not valid before ${day(pem.beginsAtMs)}`);
  return pem;
}
