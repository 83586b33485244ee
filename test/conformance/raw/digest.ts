import { createHash } from 'node:crypto';

/** The parameters of a `WWW-Authenticate: Digest …` value, unquoted. */
export function challengeOf(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...value.replace(/^Digest\s+/, '').matchAll(/([A-Za-z0-9-]+)=(?:"([^"]*)"|([^,\s]*))/g)].map(
      ([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted ?? bare],
    ),
  );
}

/** An `Authorization` value for a challenge (RFC 7616 section 3.4), computed here and nowhere else. */
export function authorization(
  challenge: Readonly<Record<string, string>>,
  given: { username: string; password: string; method: string; uri: string; nc?: number; realm?: string },
): string {
  const algorithm = challenge['algorithm'] ?? 'MD5';
  const realm = given.realm ?? challenge['realm'] ?? '';
  const nonce = challenge['nonce'] ?? '';
  const nc = (given.nc ?? 1).toString(16).padStart(8, '0');
  const cnonce = '0a4f113b';
  const hash = (text: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const ha1 = hash(`${given.username}:${realm}:${given.password}`);
  const response = hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${hash(`${given.method}:${given.uri}`)}`);
  return (
    `Digest username="${given.username}", realm="${realm}", nonce="${nonce}", uri="${given.uri}", ` +
    `response="${response}", algorithm=${algorithm}, cnonce="${cnonce}", qop=auth, nc=${nc}`
  );
}
