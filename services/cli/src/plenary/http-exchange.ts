import { CcmpConnection, type CcmpFailure } from '@plenary/client';
import type { Exchange } from './control.js';
import { NotReachable } from './failures.js';

/** CCMP over HTTP, over connections that are kept until `close`. `authorities`: PEM, those that vouch for the server. */
export function httpExchange(
  url: string,
  timeoutMs: number,
  authorities?: string,
): { readonly exchange: Exchange; close(): void } {
  const tls = authorities === undefined ? {} : { tls: { ca: authorities } };
  const connection = new CcmpConnection({ url, timeoutMs, ...tls });
  return {
    exchange: async (request) => {
      const answer = await connection.ask(request);
      if (answer.ok) return answer.value.response;
      const { response } = answer.error;
      if (answer.error.origin === 'refused' && response !== undefined) return response;
      throw new NotReachable(`${url} ${reasonOf(answer.error)}`, { cause: answer.error });
    },
    close: () => {
      connection.close();
    },
  };
}

function reasonOf({ origin, message, status }: CcmpFailure): string {
  switch (origin) {
    case 'http':
      return status === 429
        ? 'has too many requests from here: try again later'
        : `answers with HTTP status ${String(status)}: is that a CCMP server?`;
    case 'protocol':
      return `does not answer in CCMP: ${message}`;
    case 'network':
    case 'timeout':
    case 'refused':
      return `does not answer: ${message}`;
    default:
      return origin satisfies never;
  }
}
