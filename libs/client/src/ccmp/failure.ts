import { type CcmpResponse, type CcmpRetry, responseCode } from '@plenary/xcon';

/** Where a request failed. */
export type CcmpFailureOrigin =
  /** The conference server said no: `code` is its response code. */
  | 'refused'
  /** HTTP said something else than 2xx: `status` is what. */
  | 'http'
  /** Nobody answered, or TLS did not accept who did. */
  | 'network'
  /** The timer ran out; the request may have been done (RFC 6503 §4.4). */
  | 'timeout'
  /** What came was no CCMP response to what was asked. */
  | 'protocol';

interface Details {
  readonly code?: number;
  readonly status?: number;
  readonly response?: CcmpResponse;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Why a request brought nothing. */
export class CcmpFailure extends Error {
  override readonly name = 'CcmpFailure';
  /** Response code of RFC 6503 §5.4; 0 where there is none. */
  readonly code: number;
  /** HTTP status; 0 where there is none. */
  readonly status: number;
  /** The whole answer: version, new id, what an extension says. */
  readonly response: CcmpResponse | undefined;
  /** How long the server asked to wait. */
  readonly retryAfterMs: number | undefined;
  /** What to do about it. Req: CCMP-057. */
  readonly retry: CcmpRetry;

  constructor(
    readonly origin: CcmpFailureOrigin,
    message: string,
    details: Details = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code ?? 0;
    this.status = details.status ?? 0;
    this.response = details.response;
    this.retryAfterMs = details.retryAfterMs;
    this.retry = retryOf(origin, this);
  }
}

function retryOf(origin: CcmpFailureOrigin, { code, status }: { code: number; status: number }): CcmpRetry {
  if (origin === 'refused') return responseCode(code).retry;
  if (origin === 'http') return status === 503 || status === 429 ? 'later' : 'never';
  return origin === 'protocol' ? 'never' : 'later';
}
