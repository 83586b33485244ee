import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientCertificate } from '../authentication/certificate-identity.js';

/** Resolves when the answer has left, or its client has. */
export function finish(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve();
      return;
    }
    response.once('finish', resolve).once('close', resolve);
    response.writeHead(status, { ...headers, 'content-length': body?.byteLength ?? 0 }).end(body);
  });
}

/** Status and phrase for what the HTTP parser gave up on. */
export function brokenStatus(code: string | undefined): readonly [number, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'Request Header Fields Too Large'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'Request Timeout'];
  return [400, 'Bad Request'];
}

/** The client's certificate, if it was verified: anybody can make one. */
export function certificateOf(socket: Socket): ClientCertificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  return { subjectAltName: certificate.subjectAltName, subject: certificate.subject };
}
