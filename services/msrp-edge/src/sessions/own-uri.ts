import { parseUri, type MsrpUri } from '@plenary/msrp';

/**
 * Our URI without session-id, from its `host:port`: for answers to requests that do not say whom they were sent to (MSRP-020). Undefined where that
 * is no authority of an MSRP URI.
 */
export function ownUri(authority: string): MsrpUri | undefined {
  const own = parseUri(`msrp://${authority};tcp`);
  return own.ok ? own.value : undefined;
}
