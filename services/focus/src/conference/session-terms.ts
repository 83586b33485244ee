import type { ServerTransaction } from '@plenary/sip';
import { respond } from '../signalling/respond.js';
import type { ConferenceDependencies } from './dependencies.js';
import { checkOffer, type CheckedOffer } from './offer-answer.js';
import { transportsOf } from './transports.js';
import { answerTimer, type TimerAnswer } from './session-timer.js';

/** What an INVITE or UPDATE wants of the session, as far as that is checked without asking anybody. */
export interface SessionTerms {
  readonly timer: Extract<TimerAnswer, { kind: 'agreed' }>;
  /** Undefined: the request has no offer. */
  readonly offer: CheckedOffer | undefined;
}

/** Reads session timer and offer. Undefined: one of them cannot be, and the request has been answered (400, 413, 422, 488). */
export function sessionTerms(
  transaction: ServerTransaction,
  deps: Pick<ConferenceDependencies, 'timerPolicy' | 'clock' | 'domain' | 'edges'>,
): SessionTerms | undefined {
  const { request } = transaction;
  const timer = answerTimer(request, deps.timerPolicy, deps.clock.nowMs());
  if (timer.kind === 'malformed') {
    respond.refuse(transaction, 400);
    return undefined;
  }
  if (timer.kind === 'too-small') {
    transaction.respond(422, { headers: timer.headers });
    return undefined;
  }
  const offer = request.body.length === 0 ? undefined : checkOffer(request.body, transportsOf(deps.edges));
  if (offer?.ok === false) {
    respond.mediaFault(transaction, offer.error, deps.domain);
    return undefined;
  }
  return { timer, offer: offer?.value };
}
