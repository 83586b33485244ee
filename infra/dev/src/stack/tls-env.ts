import type { DevCertificates } from '../certificates/index.js';
import type { CertificatePaths } from '../certificates/files.js';
import type { NatsTlsFiles } from '../nats/config.js';
import type { ServiceKind } from './plan.js';

/** TLS between the services, to the bus, and, where `database` says so, to PostgreSQL. */
export interface InsideTls extends Pick<DevCertificates, 'internal' | 'internalAuthority'> {
  readonly database: boolean;
}

/** Settings of one service for TLS inside. */
export function insideEnv(kind: ServiceKind, inside: InsideTls): Record<string, string> {
  const { certificate, key } = inside.internal[kind];
  return {
    PLENARY_INTERNAL_TLS_CERTIFICATE: certificate,
    PLENARY_INTERNAL_TLS_KEY: key,
    PLENARY_INTERNAL_TLS_AUTHORITIES: inside.internalAuthority,
    ...(inside.database ? { DATABASE_TLS_AUTHORITIES: inside.internalAuthority } : {}),
  };
}

/** Settings of one service for TLS towards clients. */
export function publicTlsEnv(kind: ServiceKind, { certificate, key }: CertificatePaths): Record<string, string> {
  switch (kind) {
    case 'focus':
      return { FOCUS_TLS_CERTIFICATE: certificate, FOCUS_TLS_KEY: key };
    case 'msrp-edge':
      return { MSRP_EDGE_TLS_CERTIFICATE: certificate, MSRP_EDGE_TLS_KEY: key };
    case 'ccmp':
      return { CCMP_TLS_CERTIFICATE: certificate, CCMP_TLS_KEY: key };
    case 'room-state':
    case 'history':
      return {};
  }
}

/** Files for the nats-server that is started here. */
export function natsFiles(inside: DevCertificates | undefined): NatsTlsFiles | undefined {
  return inside === undefined ? undefined : { ...inside.internal.nats, authorities: inside.internalAuthority };
}
