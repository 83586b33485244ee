import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { DatabaseError } from './errors.js';

/** The authorities of the file as they are now. Throws `DatabaseError` `bad-authorities`, which names the setting. */
export function readAuthorities(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError('bad-authorities', `DATABASE_TLS_AUTHORITIES cannot be read: ${reason}`, { cause: error });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new DatabaseError('bad-authorities', `DATABASE_TLS_AUTHORITIES: ${path} holds no certificate in PEM form`);
  return text;
}

/**
 * TLS towards `host`: the client library takes these options at each connection, so that renewed authorities count for the
 * next; while the file cannot be read, those read last do.
 */
export function verified(path: string, host: string): ConnectionOptions {
  let last = readAuthorities(path);
  const name = host.replace(/^\[|\]$/g, '');
  return {
    get ca() {
      try {
        last = readAuthorities(path);
      } catch {
        // The file is being exchanged.
      }
      return last;
    },
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    // The library names no host where the URL has an address, and `localhost` would be checked.
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  };
}

/** The URL with another password, and, where TLS is decided here, without what it says of TLS itself. */
export function connectionUrl(
  url: string,
  { password, ownTls }: { password: string | undefined; ownTls: boolean },
): string {
  if (password === undefined && !ownTls) return url;
  const parsed = new URL(url);
  if (password !== undefined) parsed.password = encodeURIComponent(password);
  if (ownTls) {
    const names = [...parsed.searchParams.keys()].filter((name) => /^ssl|^uselibpqcompat$/.test(name));
    for (const name of names) parsed.searchParams.delete(name);
  }
  return parsed.toString();
}
