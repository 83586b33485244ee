/**
 * host = hostname / IPv4address / IPv6reference (RFC 3261 section 25.1): check and compare.
 */

/** host as it stands in a URI or a Via: IPv6 in brackets. */
export function isHost(text: string): boolean {
  if (text.startsWith('[')) return text.endsWith(']') && isIpv6(text.slice(1, -1));
  if (text.length === 0 || text.length > 255) return false;
  const labels = (text.endsWith('.') ? text.slice(0, -1) : text).split('.');
  return labels.every((label) => /^[A-Za-z0-9-]{1,63}$/.test(label) && !label.startsWith('-') && !label.endsWith('-'));
}

/** IPv4 address in dotted form. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** IPv6 address without brackets, no zone. */
export function isIpv6(text: string): boolean {
  return ipv6Words(text) !== undefined;
}

/** Whether the host is an address rather than a name. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || isIpv4(host) || isIpv6(host);
}

/** A spelling that equal hosts share: lower case, no last dot, IPv6 in eight words without brackets. */
export function hostKey(host: string): string {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const words = ipv6Words(bare);
  if (words !== undefined) return words.map((word) => word.toString(16)).join(':');
  const lower = bare.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** The host without the brackets of an IPv6 reference, as sockets want it. */
export function bareHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

/** An address or name as it stands in a URI: IPv6 gets its brackets. */
export function uriHost(host: string): string {
  return isIpv6(host) ? `[${host}]` : host;
}

function ipv6Words(text: string): number[] | undefined {
  if (text.length < 2 || text.length > 45 || !/^[0-9A-Fa-f:.]+$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** The 16-bit words of a run of groups; only the last group of an address may be an IPv4 address. */
function groups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (isEnd && i === parts.length - 1 && isIpv4(part)) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
      words.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) words.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return words;
}
