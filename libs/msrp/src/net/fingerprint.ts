import { createHash } from 'node:crypto';

/** Hash functions we compare by, the strongest last. RFC 4975's own example has SHA-1, so that is still taken; we send sha-256. */
const functions: ReadonlyMap<string, string> = new Map([
  ['sha-1', 'sha1'],
  ['sha-224', 'sha224'],
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** The value of a=fingerprint for a certificate (DER): `sha-256 AB:CD:...` (RFC 8122 section 5). */
export function fingerprintOf(certificate: Uint8Array): string {
  return `sha-256 ${digestOf(certificate, 'sha256')}`;
}

/**
 * Is this the certificate (DER) one of the fingerprints is of? Those by the strongest hash function we know among them are compared
 * (RFC 8122 section 5); where we know none, nothing can match.
 *
 * Spec: RFC 4975 §14.4.   Req: TRN-008.
 */
export function matchesFingerprint(certificate: Uint8Array, fingerprints: readonly string[]): boolean {
  const given = fingerprints.map((fingerprint) => {
    const [name = '', digest = ''] = fingerprint.trim().split(/ +/u);
    return { name: name.toLowerCase(), digest: digest.toUpperCase() };
  });
  const strongest = [...functions.keys()].findLast((name) => given.some((one) => one.name === name));
  const algorithm = functions.get(strongest ?? '');
  if (algorithm === undefined) return false;
  const own = digestOf(certificate, algorithm);
  return given.some(({ name, digest }) => name === strongest && digest === own);
}

function digestOf(certificate: Uint8Array, algorithm: string): string {
  const hex = createHash(algorithm).update(certificate).digest('hex').toUpperCase();
  return hex.match(/../gu)?.join(':') ?? '';
}
