import { randomUUID } from 'node:crypto';
import type { Clock } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import { type CcmpLimits, type CcmpRequest, defaultCcmpLimits, readCcmpRequest } from '@plenary/xcon';
import { type Answer, writeAnswer } from './answer.js';
import type { Authenticator } from './authentication.js';
import { Deadline } from './deadline.js';
import type { Answerer, HttpExchange } from './http.js';
import { labelOf } from './offers.js';
import type { Pending } from './pending.js';
import { chatHistoryFault } from './request/chat-history.js';
import { filterOf } from './request/filter.js';
import { handlers } from './request/handlers.js';
import type { Services, Work } from './request/work.js';
import { answerToFault, answerWith, codeOfFailure, notAuthenticated, notOffered, notValid } from './respond.js';

export interface ExchangeOptions extends Services {
  readonly authenticator: Authenticator;
  readonly pending: Pending;
  readonly clock: Clock;
  readonly tracer: Tracer;
  /** How long a request may take. */
  readonly deadlineMs: number;
}

/**
 * Smaller than a document may be on the inside: a request is a change, or a new room, and reading it must cost less than 50 ms whatever
 * is in it (SEC-013). Room for a list of some thousand users.
 */
const limits: CcmpLimits = {
  ...defaultCcmpLimits,
  xml: { ...defaultCcmpLimits.xml, elements: 8_000, attributes: 16_000 },
};

const utf8 = new TextDecoder('utf-8', { fatal: true });
const placeholder = /AUTO_GENERATE_\d/;

/**
 * Answers CCMP requests, each by itself: nothing of one is remembered for the next (CCMP-014). Checks go in the order of CCMP-035: the
 * frame (400), what is offered (501), the operations table (403), who asks (424); all the rest is room-state's, and one question to it
 * is the whole operation.
 *
 * Spec: RFC 6503 §4, §5.   Req: CCMP-013, CCMP-014, CCMP-021, CCMP-026, CCMP-031, CCMP-035, CCMP-054.
 */
export function answerer(options: ExchangeOptions): Answerer {
  return async (exchange) => {
    const begunAtMs = options.clock.nowMs();
    const response = await traced(exchange, options);
    const actor = { userId: response.confUserId ?? '', object: response.confObjId ?? '' };
    const seconds = (options.clock.nowMs() - begunAtMs) / 1_000;
    options.events.answered(labelOf(response), response.code, seconds, actor);
    return writeAnswer(response);
  };
}

/** A request begins a trace, where it is sampled; what room-state and history are asked belongs to it. */
async function traced(exchange: HttpExchange, options: ExchangeOptions): Promise<Answer> {
  const { tracer } = options;
  if (!tracer.sample()) return answerTo(exchange, options);
  const span = tracer.start('CCMP request', { kind: 'server' });
  try {
    const response = await tracer.run(span, () => answerTo(exchange, options));
    span.set({ 'ccmp.operation': labelOf(response), 'ccmp.response_code': response.code });
    if (response.code >= 500) span.fail('refused');
    return response;
  } finally {
    span.end();
  }
}

async function answerTo(exchange: HttpExchange, options: ExchangeOptions): Promise<Answer> {
  const read = readCcmpRequest(decoded(exchange.body), limits);
  if (!read.ok) {
    const { kind, operation, extensionName } = read.error;
    const isOffered =
      kind === undefined || options.offers.verdict({ kind, operation, extensionName }) !== 'not-implemented';
    return answerToFault(read.error, isOffered);
  }
  const request = read.value;
  const refused = frameRefusal(request, options);
  if (refused !== undefined) return refused;
  const leave = options.pending.enter(exchange.source);
  if (leave === undefined) return answerWith(request, 510, 'Too many requests are at work: try again later');
  const deadline = new Deadline(options.clock, options.deadlineMs);
  const working = serve(request, exchange, deadline, options);
  // A place is free again when the work is over, also where its answer comes too late.
  working.catch(() => undefined).finally(leave);
  try {
    return await deadline.within(working);
  } catch (error) {
    const code = codeOfFailure(error);
    if (code === 500) options.events.failed(labelOf(request), error);
    return answerWith(request, code);
  }
}

/** What is wrong before anybody is asked who it is. */
function frameRefusal(request: CcmpRequest, { offers }: ExchangeOptions): Answer | undefined {
  // "AUTO_GENERATE_X … only … in a value": RFC 6503 §4.3; room-state does not see comments
  if (request.comments.some((comment) => placeholder.test(comment)))
    return answerWith(request, 400, 'A placeholder stands in a comment');
  const filter = filterOf(request);
  if (!filter.ok) return answerWith(request, 400, filter.error);
  const verdict = offers.verdict(request);
  if (verdict === 'not-implemented') return answerWith(request, 501, notOffered);
  if (verdict === 'invalid') return answerWith(request, 403, notValid);
  const fault = request.kind === 'extended' ? chatHistoryFault(request) : undefined;
  return fault === undefined ? undefined : answerWith(request, 400, fault);
}

async function serve(
  request: CcmpRequest,
  exchange: HttpExchange,
  deadline: Deadline,
  options: ExchangeOptions,
): Promise<Answer> {
  const { source, authorization, certificate } = exchange;
  const proofs = { subject: request.subject, authorization, certificate, source };
  const authentication = await options.authenticator.authenticate(proofs, deadline);
  if (authentication.kind === 'refused' || (authentication.kind === 'nothing' && !mayComeUnproven(request)))
    return answerWith(request, 424, notAuthenticated);
  const identity = authentication.kind === 'proven' ? authentication.identity : undefined;
  const work: Work = {
    request,
    requestor: { userId: request.confUserId ?? '', identity },
    source,
    deadline,
    requestId: randomUUID(),
  };
  return handlers[request.kind](work, options);
}

/** A user without an id may ask to join: the room says whether it lets strangers in (RFC 6503 §5.3.6). */
function mayComeUnproven({ kind, operation, confUserId }: CcmpRequest): boolean {
  return kind === 'user' && operation === 'create' && confUserId === undefined;
}

/** What is not UTF-8 is no XML that could be read. */
function decoded(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    return '';
  }
}
