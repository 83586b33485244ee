import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { makeSelfSigned, writeCertificate } from '@plenary/dev';

/** Paths of a self-signed certificate for localhost and of its key, PEM. */
export interface Certificate {
  readonly path: string;
  readonly keyPath: string;
}

export async function makeCertificate(folder: string, name: string): Promise<Certificate> {
  const { certificate, key } = writeCertificate(folder, name, await makeSelfSigned({ dns: ['localhost'] }));
  return { path: certificate, keyPath: key };
}

export interface TlsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Posts a CCMP text by HTTPS, from a client that trusts one certificate alone; rejects where the server has another. */
export function postOverTls(
  port: number,
  body: string,
  { trusted, authorization }: { readonly trusted: string; readonly authorization?: string },
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/ccmp+xml',
      accept: 'application/ccmp+xml',
      ...(authorization === undefined ? {} : { authorization }),
    };
    const ca = readFileSync(trusted);
    const sent = request({ host: 'localhost', port, path: '/ccmp', method: 'POST', agent: false, ca, headers });
    sent.on('error', reject).on('response', (response) => {
      const answer = { status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '' };
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (piece: string) => (text += piece))
        .on('end', () => resolve({ ...answer, text }));
    });
    sent.end(body);
  });
}
