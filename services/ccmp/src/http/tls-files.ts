import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartError } from '@plenary/service';

/** Paths of PEM files. */
export interface TlsPaths {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthorities: string | undefined;
}

/** What TLS needs, as it stands in the files now. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
  /** When the server's certificate ends, milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** Changes whenever one of the files does. */
  readonly fingerprint: string;
}

/** Reads the files; throws `StartError` with one line that names the setting. */
export function readTlsFiles(paths: TlsPaths): TlsMaterial {
  const cert = read(paths.certificate, 'CCMP_TLS_CERTIFICATE');
  const key = read(paths.key, 'CCMP_TLS_KEY');
  const ca =
    paths.clientAuthorities === undefined ? undefined : read(paths.clientAuthorities, 'CCMP_TLS_CLIENT_AUTHORITIES');
  const fingerprint = createHash('sha256')
    .update([cert, key, ca ?? ''].join('\0'))
    .digest('hex');
  try {
    return { cert, key, ca, expiresAtMs: Date.parse(new X509Certificate(cert).validTo), fingerprint };
  } catch (error) {
    throw new StartError(`CCMP_TLS_CERTIFICATE: ${paths.certificate} holds no certificate in PEM form`, {
      cause: error,
    });
  }
}

function read(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${setting} cannot be read: ${reason}`, { cause: error });
  }
}
