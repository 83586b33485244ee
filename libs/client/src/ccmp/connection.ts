import { setTimeout as pause } from 'node:timers/promises';
import { err, ok } from '@plenary/wire';
import { defaultXmlLimits } from '@plenary/wire/xml';
import {
  type CcmpRequestToSend,
  type CcmpResponse,
  type CcmpSubject,
  defaultCcmpLimits,
  readCcmpResponse,
  responseCode,
  writeCcmpRequest,
} from '@plenary/xcon';
import { CcmpFailure } from './failure.js';
import { type FollowOptions, postFollowing, retryAfterOf } from './follow.js';
import { type CcmpTls, type HttpAnswer, HttpExchange } from './http-exchange.js';
import type { CcmpResult } from './results.js';

/** Who asks whom, and how long. */
export interface CcmpClientOptions {
  /** Of the CCMP resource, `http:` or `https:`. */
  readonly url: string;
  /** Our XCON-USERID; without one only `CcmpClient.join` is answered. */
  readonly userId?: string;
  /** Name and password, sent with every request. */
  readonly subject?: CcmpSubject;
  /** A token for the Authorization header, or what gives one anew for each request. */
  readonly bearerToken?: string | (() => string | Promise<string>);
  readonly tls?: CcmpTls;
  /** Until an answer is there. Default 30,000, at most 60,000. */
  readonly timeoutMs?: number;
  /** Connections at once, all kept. Default 4. */
  readonly connections?: number;
  /** Largest answer. Default 16 MiB. */
  readonly maximumBytes?: number;
  /** Requests sent for one question, where the answer is 510, or 503 with Retry-After. Default 3. */
  readonly attempts?: number;
  /** Longest wait a server may ask for. Default 30,000. */
  readonly longestWaitMs?: number;
  /** Redirects in a row. Default 3. */
  readonly redirects?: number;
  /** Lets time pass; for tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Between two attempts when the server names no time: 1 s, then 2 s, … */
const FIRST_WAIT_MS = 1_000;
const LONGEST_TIMEOUT_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const MEBIBYTE = 1024 * 1024;

/**
 * The way to one CCMP server: sends requests over connections that are kept, reads the answers.
 *
 * An answer is waited for `timeoutMs`, then the connection is closed. Redirects are followed as RFC 6503 §9 allows. 510, and 503 with
 * Retry-After, are asked again: such a request had no effect. Nothing else is, as a lost answer does not tell what was done; but for a
 * kept connection that was closed under a request which does not create anything.
 *
 * Spec: RFC 6503 §4.4, §5.4, §9.   Req: CCMP-009, CCMP-011, CCMP-012, CCMP-057.
 */
export class CcmpConnection {
  readonly userId: string | undefined;
  readonly #options: CcmpClientOptions;
  readonly #url: URL;
  readonly #timeoutMs: number;
  readonly #exchange: HttpExchange;
  readonly #follow: FollowOptions;

  /** Throws `RangeError` for a URL that is none of HTTP's, or a time out of range. */
  constructor(options: CcmpClientOptions) {
    this.#options = options;
    this.userId = options.userId;
    if (!URL.canParse(options.url) || !/^https?:$/u.test(new URL(options.url).protocol))
      throw new RangeError('the URL of a CCMP server begins with http: or https:');
    this.#url = new URL(options.url);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (!(this.#timeoutMs > 0 && this.#timeoutMs <= LONGEST_TIMEOUT_MS))
      throw new RangeError('an answer is waited for 60 s at most (RFC 6503 section 4.4)');
    this.#exchange = new HttpExchange(options.tls ?? {}, options.connections ?? 4);
    this.#follow = {
      redirects: options.redirects ?? 3,
      longestWaitMs: options.longestWaitMs ?? 30_000,
      nowMs: Date.now,
      wait: options.wait ?? ((ms) => pause(ms)),
    };
  }

  /** Sends one request, with our id and subject where it names none, and gives the answer if its code is 200. Never rejects. */
  async ask(request: CcmpRequestToSend): Promise<CcmpResult<CcmpResponse>> {
    const attempts = this.#options.attempts ?? 3;
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#attempt(request);
      if (result.ok || attempt >= attempts) return result;
      const { code, status, retryAfterMs } = result.error;
      const isUndone = code === 510 || (status === 503 && retryAfterMs !== undefined);
      const waitMs = retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (!isUndone || waitMs > this.#follow.longestWaitMs) return result;
      await this.#follow.wait(waitMs);
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#exchange.close();
  }

  async #attempt(request: CcmpRequestToSend): Promise<CcmpResult<CcmpResponse>> {
    const { subject } = this.#options;
    const body = writeCcmpRequest({
      ...(this.userId === undefined ? {} : { confUserId: this.userId }),
      ...(subject === undefined ? {} : { subject }),
      ...request,
    });
    try {
      const answer = await postFollowing(
        this.#exchange,
        {
          url: this.#url,
          body: Buffer.from(body),
          authorization: await this.#authorization(),
          timeoutMs: this.#timeoutMs,
          maximumBytes: this.#maximumBytes,
          isRepeatable: request.operation !== 'create',
        },
        this.#follow,
      );
      return this.#read(answer, request);
    } catch (cause) {
      if (cause instanceof CcmpFailure) return err(cause);
      return err(new CcmpFailure('network', cause instanceof Error ? cause.message : 'failed', { cause }));
    }
  }

  get #maximumBytes(): number {
    return this.#options.maximumBytes ?? 16 * MEBIBYTE;
  }

  async #authorization(): Promise<string | undefined> {
    const { bearerToken } = this.#options;
    if (bearerToken === undefined) return undefined;
    return `Bearer ${typeof bearerToken === 'string' ? bearerToken : await bearerToken()}`;
  }

  #read(answer: HttpAnswer, request: CcmpRequestToSend): CcmpResult<CcmpResponse> {
    const { status } = answer;
    if (status < 200 || status > 299) {
      const retryAfterMs = retryAfterOf(answer, this.#follow.nowMs());
      const details = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
      return err(new CcmpFailure('http', `HTTP ${String(status)}`, details));
    }
    if (!/^application\/ccmp\+xml\s*(?:;|$)/iu.test(answer.contentType))
      return err(new CcmpFailure('protocol', 'the answer is no CCMP', { status }));
    const text = utf8(answer.body);
    if (text === undefined) return err(new CcmpFailure('protocol', 'the answer is not UTF-8', { status }));
    const read = readCcmpResponse(text, this.#limits);
    if (!read.ok) return err(new CcmpFailure('protocol', read.error.text, { status, cause: read.error }));
    const response = read.value;
    const { code, version, confObjId, confUserId } = response;
    if (code !== 200)
      return err(new CcmpFailure('refused', response.text ?? responseCode(code).text, { code, status, response }));
    if (response.kind !== request.kind)
      return err(new CcmpFailure('protocol', 'the answer is to another request', { code, status, response }));
    return ok({ value: response, version, confObjId, confUserId, response });
  }

  get #limits(): typeof defaultCcmpLimits {
    const bytes = this.#maximumBytes;
    // An element takes eight octets at least, an attribute five.
    const xml = { ...defaultXmlLimits, characters: bytes, elements: bytes >> 3, attributes: bytes >> 2 };
    return { ...defaultCcmpLimits, xml };
  }
}

function utf8(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
