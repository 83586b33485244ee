import { readFileSync } from 'node:fs';
import { StartError, type CertificateFollower } from '@plenary/service';
import type { SipTlsOptions } from '@plenary/sip/net';
import type { FocusSettings } from '../config.js';

/** SIP over TLS as the settings have it. */
export interface SipTls {
  readonly options: SipTlsOptions;
  /** Looks at the files no more. */
  close(): void;
}

/**
 * Opens certificate and authorities, and follows them while they change. Undefined without a certificate: no TLS is spoken. Throws
 * `StartError`, one line, for files that cannot be used and settings that do not go together.
 */
export function openSipTls(settings: FocusSettings, follower: CertificateFollower): SipTls | undefined {
  const { FOCUS_TLS_CERTIFICATE: certificate, FOCUS_TLS_KEY: key } = settings;
  const { FOCUS_TLS_CLIENT_AUTHORITIES: clientAuthorities, FOCUS_TLS_AUTHORITIES: authorities } = settings;
  if ((certificate === undefined) !== (key === undefined))
    throw new StartError('FOCUS_TLS_CERTIFICATE and FOCUS_TLS_KEY go together: one of them is missing');
  const trustsByTls = settings.FOCUS_TRUSTED_PEERS.some((peer) => peer.toLowerCase().startsWith('tls:'));
  if (trustsByTls && clientAuthorities === undefined)
    throw new StartError('FOCUS_TRUSTED_PEERS has a tls: peer, and FOCUS_TLS_CLIENT_AUTHORITIES is missing');
  if (certificate === undefined || key === undefined) {
    if (clientAuthorities !== undefined)
      throw new StartError('FOCUS_TLS_CLIENT_AUTHORITIES is set, and FOCUS_TLS_CERTIFICATE is missing');
    return undefined;
  }
  const certificates = follower.open(
    'public',
    { certificate, key, authorities: clientAuthorities },
    {
      certificate: 'FOCUS_TLS_CERTIFICATE',
      key: 'FOCUS_TLS_KEY',
      authorities: 'FOCUS_TLS_CLIENT_AUTHORITIES',
    },
  );
  const believed = authorities === undefined ? undefined : readAuthorities(authorities);
  // Who shows none, or one nobody vouches for, is nobody yet: digest asks.
  const mutual = clientAuthorities === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  return {
    options: {
      listen: {
        host: settings.FOCUS_TLS_HOST,
        port: settings.FOCUS_TLS_PORT,
        material: {
          options: () => ({ ...certificates.options(), ...mutual }),
          onChange: (handler) => certificates.onChange(handler),
        },
      },
      client: () => {
        const { cert, key: privateKey } = certificates.options();
        return { cert, key: privateKey, ...(believed === undefined ? {} : { ca: believed }) };
      },
    },
    close() {
      certificates.close();
    },
  };
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`FOCUS_TLS_AUTHORITIES cannot be read: ${reason}`, { cause: error });
  }
}
