import type { MsrpUri } from '@plenary/msrp';
import type { Connection } from './connection.js';
import type { EdgeSession } from './session.js';
import type { SessionTable } from './table.js';

/** What becomes of a request: whose session it is for, whether it binds that session, or how it is refused. */
export type Admission =
  | { readonly kind: 'known'; readonly session: EdgeSession }
  | { readonly kind: 'bind'; readonly session: EdgeSession }
  | { readonly kind: 'refused'; readonly status: 481 | 506 };

const NO_SESSION: Admission = { kind: 'refused', status: 481 };
const IN_USE: Admission = { kind: 'refused', status: 506 };

/**
 * Finds the session of a request by its To-Path.
 *
 * RFC 4975 section 7.3: "the To-Path will have exactly one URI, which MUST map to an existing session that is associated with the
 * connection on which the request arrived. If this is not true, then the receiver MUST generate a 481".
 * Section 5.4: a request for a session bound to another connection gets 506. A lost session's URI is dead (TRN-014).
 *
 * Req: TRN-005, TRN-011, TRN-012, TRN-014.
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
      return connection.sessions.length < sessionsPerConnection ? { kind: 'bind', session } : NO_SESSION;
    case 'bound':
      return IN_USE;
    default:
      return NO_SESSION;
  }
}
