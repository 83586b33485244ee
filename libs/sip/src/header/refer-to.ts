/**
 * Refer-To and Referred-By (RFC 3515 section 2.1; RFC 3892 section 2.1): one address.
 */
import type { Result } from '@plenary/wire';
import type { SipError } from '../errors.js';
import { formatNameAddr, type NameAddr, parseNameAddr } from '../name-addr.js';
import { decodeEscapes, uriParam } from '../uri.js';

export type ReferTo = NameAddr;

/** Parses Refer-To. Its URI may be of any scheme: `cid:` points to a list in the body (RFC 5368). */
export function parseReferTo(value: string): Result<ReferTo, SipError> {
  return parseNameAddr(value);
}

export function formatReferTo(referTo: ReferTo): string {
  return formatNameAddr(referTo);
}

/** What a reference asks for. */
export interface ReferTarget {
  /** `INVITE` when the URI names none. `;method=` wins over `?method=`, which RFC 5368 prints. */
  readonly method: string;
  /** Escaped header fields of the URI, decoded, without `method`. Not filtered: see REFR-013. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Reads method and escaped header fields of a Refer-To; nothing of it may be trusted. */
export function referTarget(referTo: ReferTo): ReferTarget {
  const { uri } = referTo;
  if (uri.kind !== 'sip') return { method: 'INVITE', headers: [] };
  const headers = uri.headers.map(({ name, value }) => [decodeEscapes(name), decodeEscapes(value ?? '')] as const);
  const fromHeader = headers.find(([name]) => name.toLowerCase() === 'method')?.[1];
  const method = uriParam(uri, 'method')?.value ?? fromHeader ?? 'INVITE';
  return { method, headers: headers.filter(([name]) => name.toLowerCase() !== 'method') };
}
