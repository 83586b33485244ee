/**
 * The header a balancer puts before a connection it hands on, so that the server knows whose connection it is: PROXY protocol, version 2
 * (haproxy.org, "The PROXY protocol", section 2.2).
 *
 * ```
 *  0        12       13       14       16
 *  +--------+--------+--------+--------+----------------+--------------+
 *  | signature (12)  |ver|cmd |fam|proto| length (2)    | addresses, then TLVs: `length` octets |
 *  +--------+--------+--------+--------+----------------+--------------+
 * ```
 *
 * Version 1, a line of text, is not read: it has no length and so no firm end.
 */

/** Octets of a whole header at most; the addresses take 52 of them, the rest is for TLVs, which we pass over. */
export const PROXY_HEADER_BYTES_MAX = 2048;

export interface ProxySource {
  /** IPv4 in dots, or IPv6 in the form of RFC 5952; an IPv4 address within IPv6 is given as IPv4. */
  readonly address: string;
  readonly port: number;
}

export type ProxyHeader =
  | { readonly type: 'need-more' }
  /** `length` octets of the input are the header; without a source the connection speaks for itself (LOCAL, or no IP address). */
  | { readonly type: 'header'; readonly length: number; readonly source: ProxySource | undefined }
  /** `missing`: the octets are no version 2 header at all. `malformed`: they begin as one and break its rules. */
  | { readonly type: 'fault'; readonly reason: 'missing' | 'malformed'; readonly detail: string };

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const FIXED_BYTES = 16;
const LOCAL = 0;
const PROXY = 1;
/** Address families, the high four bits of octet 13, and how many octets their pair of addresses (and ports) takes. */
const ADDRESS_BYTES: readonly number[] = [0, 12, 36, 216];
const STREAM = 1;

/**
 * Reads the header at the beginning of `octets`, all that came on the connection so far. Any cut gives `need-more` until the whole header is
 * there; a fault is found as early as its octet. Never throws, holds nothing.
 */
export function decodeProxyHeader(octets: Uint8Array): ProxyHeader {
  const known = Math.min(octets.length, SIGNATURE.length);
  for (let at = 0; at < known; at++)
    if (octets[at] !== SIGNATURE[at])
      return { type: 'fault', reason: 'missing', detail: `octet ${String(at)} is not that of a PROXY v2 signature` };
  const versionAndCommand = octets[12];
  if (versionAndCommand === undefined) return { type: 'need-more' };
  if (versionAndCommand >> 4 !== 2) return malformed(`version ${String(versionAndCommand >> 4)} is not 2`);
  const command = versionAndCommand & 0xf;
  if (command !== LOCAL && command !== PROXY) return malformed(`command ${String(command)} is neither LOCAL nor PROXY`);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (octets.length < FIXED_BYTES) return { type: 'need-more' };
  const length = FIXED_BYTES + view.getUint16(14);
  if (length > PROXY_HEADER_BYTES_MAX)
    return malformed(`${String(length)} octets are more than ${String(PROXY_HEADER_BYTES_MAX)}`);
  // "the receiver must ignore any address information" of LOCAL, section 2.2.
  if (command === LOCAL) return wholeOnly(octets, { type: 'header', length, source: undefined });
  const [family, transport] = [view.getUint8(13) >> 4, view.getUint8(13) & 0xf];
  const addressBytes = ADDRESS_BYTES[family];
  if (addressBytes === undefined) return malformed(`address family ${String(family)} is not known`);
  if (transport > STREAM) return malformed(`transport ${String(transport)} is not a stream`);
  if (length - FIXED_BYTES < addressBytes) return malformed('the header ends within its addresses');
  if (octets.length < length) return { type: 'need-more' };
  if (!tlvsFit(view, FIXED_BYTES + addressBytes, length)) return malformed('a TLV reaches over the end of the header');
  const source = transport === STREAM ? sourceOf(view, family) : undefined;
  return { type: 'header', length, source };
}

function malformed(detail: string): ProxyHeader {
  return { type: 'fault', reason: 'malformed', detail };
}

function wholeOnly(octets: Uint8Array, header: ProxyHeader & { type: 'header' }): ProxyHeader {
  return octets.length < header.length ? { type: 'need-more' } : header;
}

/** Type (1), length (2), value: what is there is passed over, but has to end where the header does. */
function tlvsFit(view: DataView, begin: number, end: number): boolean {
  let at = begin;
  while (at < end) {
    if (at + 3 > end) return false;
    at += 3 + view.getUint16(at + 1);
  }
  return at === end;
}

function sourceOf(view: DataView, family: number): ProxySource | undefined {
  if (family === 1) return { address: ipv4(view, FIXED_BYTES), port: view.getUint16(FIXED_BYTES + 8) };
  if (family !== 2) return undefined;
  return { address: ipv6(view, FIXED_BYTES), port: view.getUint16(FIXED_BYTES + 32) };
}

function ipv4(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((index) => String(view.getUint8(at + index))).join('.');
}

/** RFC 5952 section 4: no leading zeros, the first longest run of two or more zero groups as `::`. */
function ipv6(view: DataView, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 2 * index));
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return ipv4(view, at + 12);
  let [longest, longestAt, run] = [1, -1, 0];
  for (const [index, group] of groups.entries()) {
    run = group === 0 ? run + 1 : 0;
    if (run > longest) [longest, longestAt] = [run, index - run + 1];
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (longestAt < 0) return text(groups);
  return `${text(groups.slice(0, longestAt))}::${text(groups.slice(longestAt + longest))}`;
}
