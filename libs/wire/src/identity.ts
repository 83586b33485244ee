/**
 * Who somebody is in a chat, as a URI (CHAT-005): sip, sips, im, tel.
 *
 * This is looser than SIP's own comparison (RFC 3261 section 19.1.4), because figures of RFC 7701 add
 * `;transport=tcp` to addresses that mean the same participant.
 */

/** The parts of a URI that make an identity. */
export interface Identity {
  readonly scheme: 'sip' | 'sips' | 'im' | 'tel';
  /** User part, escapes undone; for tel the number without visual separators. Empty when there is none. */
  readonly user: string;
  /** Lower case; empty for tel. */
  readonly host: string;
  readonly port?: number | undefined;
  /** GRUU (RFC 5627): the value in lower case, empty for `;gr` alone. */
  readonly gr?: string | undefined;
}

const maxIdentityLength = 2048;

/**
 * Reads an identity out of a URI. Passwords, parameters other than `gr` and headers are left out. `undefined` for other
 * schemes, for text above 2048 characters, and for what has no host (or, for tel, no number).
 */
export function parseIdentity(uri: string): Identity | undefined {
  if (uri.length > maxIdentityLength) return undefined;
  const [, name = '', rest = ''] = /^([A-Za-z]+):(\S+)$/.exec(uri.trim()) ?? [];
  const scheme = name.toLowerCase();
  if (scheme === 'tel') return telIdentity(rest);
  if (scheme !== 'sip' && scheme !== 'sips' && scheme !== 'im') return undefined;
  const at = rest.indexOf('@');
  // userinfo = user [ ":" password ]: a password is no part of who somebody is
  const userinfo = at === -1 ? '' : rest.slice(0, at);
  const user = decodePercent(userinfo.split(':', 1)[0] ?? '');
  const tail = rest.slice(at + 1).split('?', 1)[0] ?? '';
  const [hostport = '', ...params] = tail.split(';');
  const [, host = '', digits] = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(hostport) ?? [];
  if (user === undefined || host === '' || (at !== -1 && user === '')) return undefined;
  const gr = params.map((param) => /^gr(?:=(.*))?$/i.exec(param)).find((found) => found !== null);
  return {
    scheme,
    user,
    host: host.toLowerCase().replace(/\.$/, ''),
    ...(digits === undefined ? {} : { port: Number(digits) }),
    ...(gr === undefined ? {} : { gr: (decodePercent(gr?.[1] ?? '') ?? '').toLowerCase() }),
  };
}

// "visual separators ... are not significant" (RFC 3966 section 5)
function telIdentity(rest: string): Identity | undefined {
  const number = (rest.split(';', 1)[0] ?? '').replace(/[-.()]/g, '').toLowerCase();
  return /^\+?[0-9a-f*#]+$/.test(number) ? { scheme: 'tel', user: number, host: '' } : undefined;
}

/** Undoes `%HH`, once; `undefined` when an escape is none or the octets are no UTF-8. */
function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether two URIs name one identity: same scheme, user the same with case, host the same without case, port the same
 * if both have one, and `gr` the same or in neither. What is no identity equals nothing, not even itself.
 *
 * Not transitive because of the port: `sip:a@h:1` and `sip:a@h:2` both equal `sip:a@h`.
 *
 * Req: CHAT-005, CHAT-006, ANON-011.
 */
export function identityEquals(a: string, b: string): boolean {
  const [left, right] = [parseIdentity(a), parseIdentity(b)];
  if (left === undefined || right === undefined || keyOf(left) !== keyOf(right)) return false;
  return left.port === undefined || right.port === undefined || left.port === right.port;
}

/**
 * Whether two URIs name one room: equal, or one the SIPS form of the other. Who came by `sips:` calls the room so, and "any resource described by
 * a SIP URI can be 'upgraded' to a SIPS URI by just changing the scheme" (RFC 3261 section 19.1).
 */
export function roomEquals(a: string, b: string): boolean {
  return identityEquals(withoutSips(a), withoutSips(b));
}

function withoutSips(uri: string): string {
  return uri.replace(/^sips:/i, 'sip:');
}

/**
 * A text that equal identities share, for maps; the port is not in it, so a hit still wants `identityEquals`.
 * `undefined` for what is no identity.
 */
export function identityKey(uri: string): string | undefined {
  const identity = parseIdentity(uri);
  return identity === undefined ? undefined : keyOf(identity);
}

function keyOf({ scheme, user, host, gr }: Identity): string {
  return JSON.stringify([scheme, user, host, gr ?? null]);
}
