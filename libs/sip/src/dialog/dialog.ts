/**
 * Dialogs (RFC 3261 section 12) as plain JSON, so that any replica can read the row another wrote and go on. Nothing here is mutable: every
 * operation gives the next row. Req: SIP-019, SIP-020, SIP-021, SIP-022.
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { readDialogContact } from '../header/contact.js';
import { parseCSeq } from '../header/cseq.js';
import { formatFromTo, type FromTo, parseFromTo } from '../header/from-to.js';
import { readRequired } from '../header/list.js';
import { formatRoute, parseRoute, readRoutes } from '../header/route.js';
import type { SipRequest, SipResponse } from '../message.js';
import { formatUri, parseUri } from '../uri.js';
import type { DialogId } from './dialog-id.js';

/** The state of one dialog; every field survives JSON. */
export interface Dialog extends DialogId {
  readonly state: 'early' | 'confirmed';
  /** From or To of our side as it stands in our requests, tag and all. */
  readonly localAddress: string;
  /** The peer's. */
  readonly remoteAddress: string;
  /** CSeq number of our last request; `null` before the first. */
  readonly localSequence: number | null;
  /** CSeq number of the peer's last request; `null` before the first. */
  readonly remoteSequence: number | null;
  /** Contact of the peer, a URI. */
  readonly remoteTarget: string;
  /** Route header field values for our requests, first hop first. */
  readonly routeSet: readonly string[];
  /** The dialog was made over TLS by a sips URI: requests of it stay secure (section 12.1.1). */
  readonly secure: boolean;
}

/**
 * The dialog a UAS makes with its response (section 12.1.1). `localTag` is the To tag of that response; `secure` says that the request came
 * over TLS, which counts when its Request-URI is sips. Err: Contact, Record-Route, From, To or CSeq cannot be read, 400.
 */
export function createUasDialog(
  request: SipRequest,
  options: { readonly localTag: string; readonly state: 'early' | 'confirmed'; readonly secureTransport: boolean },
): Result<Dialog, SipError> {
  const facts = readFacts(request, request);
  if (!facts.ok) return facts;
  const { callId, from, to, sequence, target, routes } = facts.value;
  return ok({
    callId,
    localTag: options.localTag,
    remoteTag: from.tag ?? '',
    state: options.state,
    localAddress: formatFromTo({ ...to, tag: options.localTag }),
    remoteAddress: formatFromTo(from),
    localSequence: null,
    remoteSequence: sequence,
    remoteTarget: target,
    // "The route set MUST be set to the list of URIs in the Record-Route header field from the request, taken in order"
    routeSet: routes,
    secure: options.secureTransport && isSips(request.requestUri),
  });
}

/**
 * The dialog a UAC makes from a response with a To tag (section 12.1.2). Err: as above, or the response has no To tag
 * (`missing-header`).
 */
export function createUacDialog(
  request: SipRequest,
  response: SipResponse,
  secureTransport: boolean,
): Result<Dialog, SipError> {
  const facts = readFacts(request, response);
  if (!facts.ok) return facts;
  const { callId, from, to, sequence, target, routes } = facts.value;
  if (to.tag === undefined && response.status < 200) return err(new SipError('missing-header', 'To tag.'));
  return ok({
    callId,
    localTag: from.tag ?? '',
    remoteTag: to.tag ?? '',
    state: response.status < 200 ? 'early' : 'confirmed',
    localAddress: formatFromTo(from),
    remoteAddress: formatFromTo(to),
    localSequence: sequence,
    remoteSequence: null,
    remoteTarget: target,
    // "... taken in reverse order and preserving all URI parameters" (section 12.1.2).
    routeSet: routes.toReversed(),
    secure: secureTransport && isSips(request.requestUri),
  });
}

/**
 * The dialog after a response to the request that made it: an early dialog is confirmed by a 2xx, which also gives the route set anew
 * (section 13.2.2.4); a 2xx to a target refresh request replaces the remote target (section 12.2.1.2).
 */
export function applyResponse(dialog: Dialog, request: SipRequest, response: SipResponse): Result<Dialog, SipError> {
  if (response.status < 200 || response.status >= 300) return ok(dialog);
  if (dialog.state === 'early') {
    const made = createUacDialog(request, response, dialog.secure);
    if (!made.ok) return made;
    return ok({
      ...dialog,
      state: 'confirmed',
      routeSet: made.value.routeSet,
      remoteTarget: made.value.remoteTarget,
      remoteAddress: made.value.remoteAddress,
    });
  }
  if (!isTargetRefresh(request.method) || !response.headers.has('Contact')) return ok(dialog);
  const contact = readDialogContact(response.headers);
  return contact.ok ? ok({ ...dialog, remoteTarget: formatUri(contact.value.uri) }) : contact;
}

/** Why a request inside a dialog is not processed, and with which status it is answered. */
export interface DialogRefusal {
  readonly status: 400 | 500;
  readonly error: SipError | undefined;
}

/**
 * A request received in the dialog (section 12.2.2): the CSeq must not be lower than the last, the target refresh requests replace the
 * remote target. Err 500: out of order. Err 400: a header field needed cannot be read.
 *
 * An ACK has the CSeq of its INVITE and never changes the dialog; CANCEL is no request of a dialog.
 */
export function receiveRequest(dialog: Dialog, request: SipRequest): Result<Dialog, DialogRefusal> {
  if (request.method === 'ACK' || request.method === 'CANCEL') return ok(dialog);
  const cseq = readRequired(request.headers, 'CSeq', parseCSeq);
  if (!cseq.ok) return err({ status: 400, error: cseq.error });
  const { sequence } = cseq.value;
  // "If the remote sequence number was not empty, but the sequence number of the request is lower than the remote sequence
  // number, the request is out of order and MUST be rejected with a 500" (section 12.2.2). Equal is a request met already,
  // which no transaction of ours knows: the same.
  if (dialog.remoteSequence !== null && sequence <= dialog.remoteSequence)
    return err({ status: 500, error: undefined });
  const next: Dialog = { ...dialog, remoteSequence: sequence };
  if (!isTargetRefresh(request.method) || !request.headers.has('Contact')) return ok(next);
  const contact = readDialogContact(request.headers);
  if (!contact.ok) return err({ status: 400, error: contact.error });
  return ok({ ...next, remoteTarget: formatUri(contact.value.uri) });
}

/**
 * Whether our Contact in the dialog has to be sips: "If the request that initiated the dialog contained a SIPS URI in the Request-URI or in the top
 * Record-Route header field value, if there was any, or the Contact header field if there was no Record-Route header field" (section 12.1.1).
 */
export function needsSips({
  secure,
  routeSet,
  remoteTarget,
}: Pick<Dialog, 'secure' | 'routeSet' | 'remoteTarget'>): boolean {
  const [first] = routeSet;
  if (secure) return true;
  if (first === undefined) return isSips(remoteTarget);
  const route = parseRoute(first);
  return route.ok && route.value.uri.scheme === 'sips';
}

/** Whether a request of that method replaces the remote target (RFC 3261 section 12.2, RFC 3311, RFC 6665 section 4.4.1). */
export function isTargetRefresh(method: string): boolean {
  return method === 'INVITE' || method === 'UPDATE' || method === 'SUBSCRIBE' || method === 'NOTIFY';
}

/** The same for the answer to a request, where Contact or Record-Route that cannot be read ask for nothing. */
export function asksForSips(request: SipRequest): boolean {
  const routes = readRoutes(request.headers, 'Record-Route');
  const contact = readDialogContact(request.headers);
  return needsSips({
    secure: isSips(request.requestUri),
    routeSet: routes.ok ? routes.value.map(formatRoute) : [],
    remoteTarget: contact.ok ? formatUri(contact.value.uri) : '',
  });
}

interface Facts {
  readonly callId: string;
  readonly from: FromTo;
  readonly to: FromTo;
  readonly sequence: number;
  readonly target: string;
  readonly routes: string[];
}

/** Tags, Call-ID and CSeq stand in both messages alike; Contact and Record-Route are the peer's. */
function readFacts(request: SipRequest, peers: SipRequest | SipResponse): Result<Facts, SipError> {
  const callId = readRequired(request.headers, 'Call-ID', ok);
  if (!callId.ok) return callId;
  const from = readRequired(request.headers, 'From', parseFromTo);
  if (!from.ok) return from;
  const to = readRequired(peers.headers, 'To', parseFromTo);
  if (!to.ok) return to;
  const cseq = readRequired(request.headers, 'CSeq', parseCSeq);
  if (!cseq.ok) return cseq;
  const contact = readDialogContact(peers.headers);
  if (!contact.ok) return contact;
  const routes = readRoutes(peers.headers, 'Record-Route');
  if (!routes.ok) return routes;
  return ok({
    callId: callId.value,
    from: from.value,
    to: to.value,
    sequence: cseq.value.sequence,
    target: formatUri(contact.value.uri),
    routes: routes.value.map(formatRoute),
  });
}

function isSips(text: string): boolean {
  const uri = parseUri(text);
  return uri.ok && uri.value.scheme === 'sips';
}
