/**
 * IP addresses as hosts of URIs (RFC 3986 section 3.2.2): enough to tell an address from a name, and to see that two
 * spellings are one address.
 */

/** A canonical key of an IPv4 or IPv6 address (without brackets); undefined when `host` is neither. */
export function ipKey(host: string): string | undefined {
  const first = host.charCodeAt(0);
  // Cheap way out for names: an address begins with a digit, a hex letter before a colon, or a colon.
  if (host.includes(':')) return ipv6Key(host);
  return first >= 48 && first <= 57 ? ipv4Key(host) : undefined;
}

function ipv4Key(host: string): string | undefined {
  const parts = host.split('.');
  return parts.length === 4 && parts.every(isDecOctet) ? host : undefined;
}

/** `dec-octet`: 0 to 255 without leading zeros. */
function isDecOctet(text: string): boolean {
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255;
}

function ipv6Key(host: string): string | undefined {
  const halves = host.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for one group of zeros at least.
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const zeros = Array.from({ length: missing }, () => 0);
  return [...head, ...zeros, ...tail].map((group) => group.toString(16)).join(':');
}

/** The 16-bit groups of one side of `::`; its last part may be an IPv4 address when it ends the whole. */
function groups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const result: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) result.push(Number.parseInt(part, 16));
    else if (isEnd && index === parts.length - 1 && ipv4Key(part) !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
      result.push(a * 256 + b, c * 256 + d);
    } else return undefined;
  }
  return result;
}
