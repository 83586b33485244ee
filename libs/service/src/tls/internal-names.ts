/**
 * Names by which the parts of an installation know each other: each certificate of the internal authority carries one as a
 * DNS name (RFC 5280 section 4.2.1.6). `operator` is the command line of people.
 */
export const internalNames = ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp', 'operator'] as const;
export type InternalName = (typeof internalNames)[number];

/** Names one certificate may carry before the rest is not looked at. */
const namesMax = 64;

/**
 * The DNS names in `subjectAltName` as Node writes it: `DNS:focus, DNS:focus.plenary.svc, IP Address:10.0.0.1`. A name that
 * had to be quoted is left out: none of ours is.
 */
export function dnsNamesOf(subjectAltName: string | undefined): string[] {
  if (subjectAltName === undefined || subjectAltName.includes('"')) return [];
  return subjectAltName
    .split(', ', namesMax)
    .filter((entry) => entry.startsWith('DNS:'))
    .map((entry) => entry.slice('DNS:'.length).toLowerCase());
}
