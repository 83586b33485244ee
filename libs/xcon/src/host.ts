// RFC 3986 §3.2.2: host = IP-literal / IPv4address / reg-name. An empty host is a reg-name there; no identifier of ours has one.

const HOST =
  /^(?:\[[0-9A-Fa-f:.]{2,45}\]|\[[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)$/u;

/** Octets in one identifier at most. */
export const IDENTIFIER_MAX_LENGTH = 512;

/** True for a host that is not empty. Brackets are checked for their characters only: the host is a name here, never an address. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}
