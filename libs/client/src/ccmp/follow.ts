import { CcmpFailure } from './failure.js';
import type { HttpAnswer, HttpExchange, HttpQuestion } from './http-exchange.js';

/** What a client does about redirects and requests to wait. */
export interface FollowOptions {
  /** Redirects in a row. */
  readonly redirects: number;
  /** Longest time a server's Retry-After is waited for. */
  readonly longestWaitMs: number;
  readonly nowMs: () => number;
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Posts, and follows where a server redirects to: only from a server that proved itself by TLS, only to another over TLS, after the delay
 * it asks for. Authorization goes to the origin it was meant for alone. Rejects with `CcmpFailure`: origin `http` where a redirect is not
 * followed, or as `HttpExchange.post`.
 *
 * Spec: RFC 6503 §9: "The conferencing client MUST authenticate the server that returns the redirect response before following the
 * redirect."   Req: CCMP-011.
 */
export async function postFollowing(
  exchange: HttpExchange,
  question: HttpQuestion,
  options: FollowOptions,
): Promise<HttpAnswer> {
  let asked = question;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await exchange.post(asked);
    if (answer.status < 300 || answer.status > 399) return answer;
    const { status } = answer;
    const retryAfterMs = retryAfterOf(answer, options.nowMs());
    const refuse = (why: string): CcmpFailure =>
      new CcmpFailure('http', why, { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    const target = targetOf(answer, asked.url);
    if (target === undefined) throw refuse('a redirect without a place to go to');
    if (asked.url.protocol !== 'https:') throw refuse('redirected by a server that did not prove itself');
    if (target.protocol !== 'https:') throw refuse('redirected to where nobody has to prove themselves');
    if (redirects >= options.redirects) throw refuse('redirected too often');
    if ((retryAfterMs ?? 0) > options.longestWaitMs) throw refuse('asked to wait longer than we do');
    if (retryAfterMs !== undefined) await options.wait(retryAfterMs);
    const authorization = target.origin === question.url.origin ? question.authorization : undefined;
    asked = { ...question, url: target, authorization };
  }
}

function targetOf({ location }: HttpAnswer, from: URL): URL | undefined {
  if (location === undefined) return undefined;
  return URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
}

/** What Retry-After says, in ms from now: seconds or a date (RFC 9110 §10.2.3); undefined: nothing that can be read. */
export function retryAfterOf({ retryAfter }: Pick<HttpAnswer, 'retryAfter'>, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/u.test(retryAfter)) return Number(retryAfter) * 1000;
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
