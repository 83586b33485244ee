/**
 * One MSRP session of a client, without I/O: state and input in, state and outputs out (RFC 4975 sections 5.4, 7.1 to 7.3 and 10, RFC 7701
 * section 7). The client dials, binds the session by a first SEND without body, then sends and receives.
 *
 * Which input does what in which state stands in `session.table.ts`.
 */
import { encodeReport } from './encoder.js';
import { fromLatin1 } from './bytes.js';
import type { MsrpRequest, MsrpRequestHead } from './message.js';
import { checkRequest } from './method/index.js';
import { Outbox, type OpenRequest } from './outbox.js';
import { createReassembly, type Reassembly } from './reassembly.js';
import { owesSuccessReport, readReport, successReport } from './report.js';
import { respondTo } from './response.js';
import { SESSION_TABLE, type SessionActionName, type SessionPhase } from './session.table.js';
import type {
  CloseReason,
  MessageFailure,
  SessionContext,
  SessionInput,
  SessionOptions,
  SessionOutput,
} from './session.types.js';
import { randomIdent } from './ident.js';
import { statusMeaning } from './status.js';
import { TRANSACTION_TIMEOUT_MS } from './transaction.js';
import { equalUris } from './uri.js';

/** A session. Only its `phase` is for others; the rest belongs to {@link step}. */
export interface SessionState {
  readonly phase: SessionPhase;
  readonly options: SessionOptions;
  readonly outbox: Outbox;
  readonly inbox: Reassembly;
}

/** A session before its connection. Throws when the remote path is empty. */
export function createSession(options: SessionOptions): SessionState {
  if (options.remotePath.length === 0) throw new RangeError('empty remote path');
  const inbox = createReassembly(options.messageBytes === undefined ? {} : { messageBytes: options.messageBytes });
  return { phase: 'idle', options, outbox: new Outbox(options), inbox };
}

type Action = (
  state: SessionState,
  input: SessionInput,
  context: SessionContext,
  outputs: SessionOutput[],
) => SessionPhase;

/**
 * Advances the session by one input. The state given in is used up. Outputs are in the order in which they are to be carried out. Never throws on
 * what a peer sent; an input that has no row in the table closes the session.
 *
 * Spec: RFC 4975 §5.4, §7.   Req: RPT-001 to RPT-019, TRN-009, TRN-011, TRN-014.
 */
export function step(
  state: SessionState,
  input: SessionInput,
  context: SessionContext,
): { readonly state: SessionState; readonly outputs: SessionOutput[] } {
  const outputs: SessionOutput[] = [];
  const row = SESSION_TABLE[state.phase][input.kind];
  const next =
    row === undefined
      ? close(state, 'protocol-error', undefined, outputs)
      : ACTIONS[row.does](state, input, context, outputs);
  if (row !== undefined && !row.next.includes(next)) throw new Error(`${row.does} may not lead to ${next}`);
  if (next !== 'closed') state.outbox.setTimer(outputs);
  return { state: { ...state, phase: next }, outputs };
}

const ACTIONS: Readonly<Record<SessionActionName, Action>> = {
  /** "the active endpoint MUST immediately send a SEND request" (RFC 4975 section 5.4): without a body, so nothing of ours waits for it. */
  bind(state, _input, context, outputs) {
    const messageId = randomIdent(context.random);
    state.outbox.request({ for: 'bind' }, { method: 'SEND', messageId }, context, outputs);
    state.outbox.pump(context, outputs);
    return 'binding';
  },

  takeBindResponse(state, input, context, outputs) {
    if (input.kind !== 'response-received' || input.response.flag !== '$') return state.phase;
    const { status, transactionId } = input.response;
    const request = state.outbox.match(transactionId);
    if (request === undefined) return state.phase;
    if (request.for !== 'bind') return takeAnswer(state, request, status, context, outputs);
    if (statusMeaning(status) !== 'success') return close(state, 'bind-refused', status, outputs);
    outputs.push({ kind: 'bound' });
    state.outbox.pump(context, outputs);
    return 'open';
  },

  takeResponse(state, input, context, outputs) {
    // A response never has another flag than `$`; one that has is ignored, as one to nothing we asked (MSRP-021).
    if (input.kind !== 'response-received' || input.response.flag !== '$') return state.phase;
    const request = state.outbox.match(input.response.transactionId);
    return request === undefined ? state.phase : takeAnswer(state, request, input.response.status, context, outputs);
  },

  answerRequest(state, input, context, outputs) {
    if (input.kind !== 'request-received') return state.phase;
    const next = takeRequest(state, input.request, context, outputs);
    if (next !== 'closed') state.outbox.pump(context, outputs);
    return next;
  },

  answerBadRequest(state, input, context, outputs) {
    if (input.kind !== 'bad-request-received') return state.phase;
    respond(state, input.head, input.error.status, context, outputs);
    state.outbox.pump(context, outputs);
    return state.phase;
  },

  queueMessage(state, input, _context, outputs) {
    if (input.kind === 'send-requested') state.outbox.add(input.message, outputs);
    return state.phase;
  },

  sendMessage(state, input, context, outputs) {
    if (input.kind !== 'send-requested') return state.phase;
    state.outbox.add(input.message, outputs);
    state.outbox.pump(context, outputs);
    return state.phase;
  },

  abortMessage(state, input, _context, outputs) {
    if (input.kind === 'abort-requested') state.outbox.fail(input.messageId, 'aborted', outputs);
    return state.phase;
  },

  refuseMessage(state, input, _context, outputs) {
    if (input.kind === 'send-requested')
      outputs.push({ kind: 'failed', messageId: input.message.messageId, failure: 'closed' });
    return state.phase;
  },

  refuseNickname(state, input, _context, outputs) {
    if (input.kind === 'nickname-requested')
      outputs.push({ kind: 'nickname-answered', nickname: input.nickname, status: 'not-possible' });
    return state.phase;
  },

  requestNickname(state, input, context, outputs) {
    if (input.kind !== 'nickname-requested') return state.phase;
    const { nickname } = input;
    const fields = { method: 'NICKNAME', useNickname: nickname };
    if (!state.outbox.request({ for: 'nickname', nickname }, fields, context, outputs))
      outputs.push({ kind: 'nickname-answered', nickname, status: 'not-possible' });
    state.outbox.pump(context, outputs);
    return state.phase;
  },

  writeMore(state, _input, context, outputs) {
    state.outbox.pump(context, outputs);
    return state.phase;
  },

  failLate(state, _input, context, outputs) {
    state.outbox.timerFired();
    for (const request of state.outbox.expire(context.nowMs)) {
      if (request.for === 'bind') return close(state, 'bind-timeout', undefined, outputs);
      if (request.for === 'message') state.outbox.fail(request.messageId, 'timeout', outputs);
      else outputs.push({ kind: 'nickname-answered', nickname: request.nickname, status: 'timeout' });
    }
    state.outbox.pump(context, outputs);
    return state.phase;
  },

  failAll(state, _input, _context, outputs) {
    return close(state, 'transport-closed', undefined, outputs);
  },

  hangUp(state, _input, _context, outputs) {
    // A chunk under way is ended, so that a connection shared with other sessions stays readable.
    state.outbox.abandon(outputs);
    return close(state, 'asked', undefined, outputs);
  },

  ignore(state) {
    return state.phase;
  },
};

function takeAnswer(
  state: SessionState,
  request: OpenRequest,
  status: number,
  context: SessionContext,
  outputs: SessionOutput[],
): SessionPhase {
  if (request.for === 'nickname') {
    outputs.push({ kind: 'nickname-answered', nickname: request.nickname, status });
  } else if (request.for === 'message') {
    const next = takeOutcome(state, request.messageId, status, outputs, request.isLoose);
    if (next === 'closed') return next;
  }
  state.outbox.pump(context, outputs);
  return state.phase;
}

/** What a response or REPORT with this code means for a message (ERR-002, RPT-017 to RPT-019). */
function takeOutcome(
  state: SessionState,
  messageId: string,
  status: number,
  outputs: SessionOutput[],
  isLoose: boolean,
): SessionPhase {
  const meaning = statusMeaning(status);
  if (meaning === 'success') {
    state.outbox.acknowledge(messageId, outputs);
    return state.phase;
  }
  state.outbox.fail(messageId, failureOf(status), outputs, isLoose);
  return meaning === 'end-session' ? close(state, 'ended-by-peer', status, outputs) : state.phase;
}

/** 408 is a timeout that another saw (RFC 4975 section 10.4); 427 of the draft is the 404 of RFC 7701 (D-01). */
function failureOf(status: number): MessageFailure {
  if (status === 408) return 'timeout';
  return status === 427 ? 404 : status;
}

function takeRequest(
  state: SessionState,
  request: MsrpRequest,
  context: SessionContext,
  outputs: SessionOutput[],
): SessionPhase {
  const { head } = request;
  const own = head.toPath[0];
  // "the To-Path will have exactly one URI, which MUST map to an existing session" (RFC 4975 section 7.3).
  if (head.toPath.length !== 1 || own === undefined || !equalUris(own, state.options.localUri)) {
    respond(state, head, 481, context, outputs);
    return state.phase;
  }
  const fault = checkRequest(head);
  if (fault !== undefined) respond(state, head, fault.status, context, outputs);
  else if (head.method === 'SEND') takeSend(state, request, context, outputs);
  else if (head.method === 'REPORT') return takeReport(state, head, outputs);
  // NICKNAME and AUTH are for switches and relays.
  else respond(state, head, 501, context, outputs);
  return state.phase;
}

function takeSend(state: SessionState, request: MsrpRequest, context: SessionContext, outputs: SessionOutput[]): void {
  const { head } = request;
  if (request.body === undefined) {
    // A keep-alive; a bodiless `#` still aborts what was begun.
    if (request.flag === '#') state.inbox.add(request, context.nowMs);
    return respond(state, head, 200, context, outputs);
  }
  // What never gets its missing chunks is given up when none could still be on its way.
  state.inbox.expire(context.nowMs - 4 * (state.options.timeoutMs ?? TRANSACTION_TIMEOUT_MS));
  const assembly = state.inbox.add(request, context.nowMs);
  if (!assembly.ok) return respond(state, head, assembly.error.status, context, outputs);
  respond(state, head, 200, context, outputs);
  if (assembly.value.state !== 'complete') return;
  const { body } = assembly.value;
  const { messageId = '', contentType = '' } = head;
  outputs.push({ kind: 'deliver', messageId, contentType, body });
  if (!owesSuccessReport(head)) return;
  state.outbox.interrupt(context, outputs);
  const transactionId = state.outbox.newTransactionId(undefined, context);
  const report = encodeReport(successReport(head, body.byteLength, transactionId));
  outputs.push({ kind: 'write', octets: fromLatin1(report) });
}

function takeReport(state: SessionState, head: MsrpRequestHead, outputs: SessionOutput[]): SessionPhase {
  const report = readReport(head);
  if (report === undefined) return state.phase;
  outputs.push({ kind: 'reported', ...report });
  const isFailure = statusMeaning(report.status) !== 'success';
  return isFailure ? takeOutcome(state, report.messageId, report.status, outputs, false) : state.phase;
}

function respond(
  state: SessionState,
  head: Partial<MsrpRequestHead>,
  status: number,
  context: SessionContext,
  outputs: SessionOutput[],
): void {
  const text = respondTo(head, status);
  if (text === undefined) return;
  state.outbox.interrupt(context, outputs);
  outputs.push({ kind: 'write', octets: fromLatin1(text) });
}

function close(
  state: SessionState,
  reason: CloseReason,
  status: number | undefined,
  outputs: SessionOutput[],
): SessionPhase {
  state.outbox.clear('closed', outputs);
  outputs.push({ kind: 'cancel-timer' }, { kind: 'close', reason, status });
  return 'closed';
}
