import { parseUri, type MsrpUri } from '@plenary/msrp';
import type { Entrances } from '../listeners.js';

/**
 * Our URI without session-id, on a connection over TLS or not: for answers to requests that do not say whom they were sent to (MSRP-020).
 * Undefined where our authority is none of an MSRP URI.
 */
export function ownUri(secure: boolean, entrances: Entrances): MsrpUri | undefined {
  const authority = secure ? entrances.tls()?.authority : entrances.plain();
  const own = parseUri(`${secure ? 'msrps' : 'msrp'}://${authority ?? ''};tcp`);
  return own.ok ? own.value : undefined;
}
