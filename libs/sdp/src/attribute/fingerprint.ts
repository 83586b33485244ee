// RFC 8122 §5:
//   fingerprint = hash-func SP 2UHEX *( ":" 2UHEX )

/** A hash of the certificate a side will show. */
export interface Fingerprint {
  /** In lower case: `sha-256`, `sha-1`, … */
  readonly hashFunction: string;
  /** Pairs of upper-case hex digits with colons between. */
  readonly digest: string;
}

const FINGERPRINT = /^([!#$%&'*+\-.^_`{|}~0-9A-Za-z]+) +([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)$/u;

/** Reads a=fingerprint; lower-case digits are tolerated. Undefined when malformed.   Req: SDP-017. */
export function parseFingerprint(value: string): Fingerprint | undefined {
  const [, hashFunction, digest] = FINGERPRINT.exec(value) ?? [];
  if (hashFunction === undefined || digest === undefined) return undefined;
  return { hashFunction: hashFunction.toLowerCase(), digest: digest.toUpperCase() };
}

/** Writes the whole attribute. Throws `RangeError` when `parseFingerprint` would not read it. */
export function formatFingerprint(fingerprint: Fingerprint): string {
  const value = `${fingerprint.hashFunction} ${fingerprint.digest}`;
  if (parseFingerprint(value) === undefined) throw new RangeError('malformed fingerprint');
  return `fingerprint:${value}`;
}
