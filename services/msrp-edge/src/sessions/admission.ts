import type { MsrpUri } from '@plenary/msrp';
import { matchesFingerprint } from '@plenary/msrp/net';
import type { Connection } from './connection.js';
import type { EdgeSession } from './session.js';
import type { SessionTable } from './table.js';

/** What becomes of a request: whose session it is for, whether it binds that session, or how it is refused. */
export type Admission =
  | { readonly kind: 'known'; readonly session: EdgeSession }
  | { readonly kind: 'bind'; readonly session: EdgeSession }
  /** It knows the URI, and shows a certificate that is not the session's. */
  | { readonly kind: 'impostor'; readonly session: EdgeSession }
  | { readonly kind: 'refused'; readonly status: 481 | 506 };

const NO_SESSION: Admission = { kind: 'refused', status: 481 };
const IN_USE: Admission = { kind: 'refused', status: 506 };

/**
 * Finds the session of a request by its To-Path.
 *
 * RFC 4975 section 7.3: "the To-Path will have exactly one URI, which MUST map to an existing session that is associated with the
 * connection on which the request arrived. If this is not true, then the receiver MUST generate a 481".
 * Section 14.4: "if the fingerprint does not match the hashed certificate then the endpoint MUST tear down the media session immediately"; who shows
 * no certificate is known by the URI alone, as on plain TCP.
 * Section 5.4: a request for a session bound to another connection gets 506. A lost session's URI is dead (TRN-014).
 *
 * Req: TRN-005, TRN-008, TRN-011, TRN-012, TRN-014.
 */
export function admit(
  table: SessionTable,
  connection: Connection,
  toPath: readonly MsrpUri[],
  sessionsPerConnection: number,
): Admission {
  const sessionId = toPath.length === 1 ? toPath[0]?.sessionId : undefined;
  if (sessionId === undefined) return NO_SESSION;
  for (const session of connection.sessions) if (session.sessionId === sessionId) return { kind: 'known', session };
  const session = table.find(sessionId);
  if (session === undefined) return NO_SESSION;
  switch (session.life) {
    case 'reserved':
      // The URI says which transport it is for (RFC 4975 section 6): on the other one it names no session.
      if (session.secure !== connection.socket.secure) return NO_SESSION;
      if (connection.sessions.length >= sessionsPerConnection) return NO_SESSION;
      return { kind: showsAnother(session, connection) ? 'impostor' : 'bind', session };
    case 'bound':
      return IN_USE;
    default:
      return NO_SESSION;
  }
}

/** Has the client shown a certificate that is none of those its description told of? */
export function showsAnother({ peerFingerprints }: EdgeSession, { socket }: Connection): boolean {
  if (peerFingerprints.length === 0 || socket.peerCertificate === undefined) return false;
  return !matchesFingerprint(socket.peerCertificate, peerFingerprints);
}
