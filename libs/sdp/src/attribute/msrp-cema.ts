import { attributeOf, type SdpLine } from '../session-description.js';

// RFC 6714 §4: msrp-cema is an attribute without value, at media level

/** The whole attribute. */
export const MSRP_CEMA = 'msrp-cema';

/** True when the stream says it can connect to the address of `c=` and `m=`.   Req: SDP-016. */
export function hasMsrpCema(lines: readonly SdpLine[]): boolean {
  return attributeOf(lines, MSRP_CEMA) !== undefined;
}
