import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CcmpFailure } from './failure.js';

/** How the other side proves itself, and who we are in TLS. */
export interface CcmpTls {
  /** Certificates of the authorities that are trusted, PEM; default: those of the system. */
  readonly ca?: string | Buffer;
  /** Our certificate and its key, PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Name in the server's certificate where it is not that of the URL. */
  readonly serverName?: string;
}

/** What one HTTP exchange brought. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

/** One POST to be made. */
export interface HttpQuestion {
  readonly url: URL;
  readonly body: Buffer;
  /** Value of the Authorization header; undefined: none. */
  readonly authorization: string | undefined;
  readonly timeoutMs: number;
  readonly maximumBytes: number;
  /** May be sent a second time when a kept connection turns out to be closed. */
  readonly isRepeatable: boolean;
}

/** Makes POST requests over connections that are kept; each gets one answer or fails. Spec: RFC 6503 §9. Req: CCMP-009, CCMP-012. */
export class HttpExchange {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #tls: CcmpTls;

  constructor(tls: CcmpTls, connections: number) {
    const kept = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
    this.#tls = tls;
    this.#http = new HttpAgent(kept);
    this.#https = new HttpsAgent(kept);
  }

  /** Rejects with `CcmpFailure` of origin `network`, `timeout` or `protocol` (an answer larger than it may be). */
  async post(question: HttpQuestion): Promise<HttpAnswer> {
    try {
      return await this.#once(question);
    } catch (failure) {
      if (question.isRepeatable && failure instanceof StaleConnection) return this.#once(question);
      throw failure;
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #once(question: HttpQuestion): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = this.#open(question);
      let isOver = false;
      // RFC 6503 §4.4: "clients MUST implement a timer such that when it expires, the client MUST close the connection"
      const timer = setTimeout(() => {
        fail(new CcmpFailure('timeout', `no answer within ${String(question.timeoutMs)} ms`));
      }, question.timeoutMs);
      const fail = (failure: CcmpFailure): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        request.destroy();
        reject(failure);
      };
      request.on('error', (cause) => {
        const isStale =
          request.reusedSocket && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
        fail(isStale ? new StaleConnection(cause) : new CcmpFailure('network', cause.message, { cause }));
      });
      request.on('response', (response) => {
        collect(response, question.maximumBytes).then(
          (body) => {
            isOver = true;
            clearTimeout(timer);
            resolve(answerOf(response, body));
          },
          (cause: unknown) => {
            fail(cause instanceof CcmpFailure ? cause : new CcmpFailure('network', 'the answer broke off', { cause }));
          },
        );
      });
      request.end(question.body);
    });
  }

  #open({ url, body, authorization }: HttpQuestion): ClientRequest {
    const headers = {
      'Content-Type': 'application/ccmp+xml;charset=UTF-8',
      Accept: 'application/ccmp+xml',
      'Content-Length': body.byteLength,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    };
    if (url.protocol !== 'https:') return httpRequest(url, { method: 'POST', headers, agent: this.#http });
    const { ca, cert, key, serverName } = this.#tls;
    return httpsRequest(url, {
      method: 'POST',
      headers,
      agent: this.#https,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
  }
}

/** A kept connection was closed by the server before the request got there. */
class StaleConnection extends CcmpFailure {
  constructor(cause: Error) {
    super('network', cause.message, { cause });
  }
}

async function collect(response: IncomingMessage, maximumBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.byteLength;
    if (length > maximumBytes) throw new CcmpFailure('protocol', 'the answer is larger than it may be');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function answerOf(response: IncomingMessage, body: Buffer): HttpAnswer {
  const { headers, statusCode = 0 } = response;
  return {
    status: statusCode,
    contentType: headers['content-type'] ?? '',
    location: headers.location,
    retryAfter: headers['retry-after'],
    body,
  };
}
