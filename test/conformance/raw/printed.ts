import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { postCcmp, type CcmpAnswer } from './ccmp.js';

const vectors = join(import.meta.dirname, '../../vectors');

/** Settings of a ccmp that takes bearer tokens of ours: messages that are printed without `<subject>` go through as they are. */
export const tokenSettings = {
  CCMP_AUTHENTICATION: 'subject,token',
  CCMP_TOKEN_ISSUER: 'https://issuer.example.com',
  CCMP_TOKEN_SECRET: 'a secret of thirty-two octets, or more',
} as const;

/** A message as an RFC prints it, `rfc6504/03-conf-request-create`, with some of its words replaced. */
export function printed(name: string, replaced: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(join(vectors, `${name}.xml`), 'utf8');
  return Object.entries(replaced).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`${name} has no ${from}`);
    return changed.replaceAll(from, to);
  }, text);
}

/** Posts a message for somebody who is known by a token alone. */
export function postAs(address: string, username: string, text: string): Promise<CcmpAnswer> {
  return postCcmp(`http://${address}/ccmp`, text, { authorization: `Bearer ${tokenOf(username)}` });
}

/** A JSON Web Token of our issuer (RFC 7519). */
export function tokenOf(username: string): string {
  const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: tokenSettings.CCMP_TOKEN_ISSUER,
    aud: 'ccmp',
    sub: username,
    iat: nowSeconds,
    exp: nowSeconds + 600,
  };
  const signed = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', tokenSettings.CCMP_TOKEN_SECRET).update(signed).digest('base64url')}`;
}
