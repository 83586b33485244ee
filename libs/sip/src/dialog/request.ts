/**
 * Requests inside a dialog (RFC 3261 section 12.2.1.1) and the ACK for a 2xx (section 13.2.2.4): header fields, loose and strict routing, and the
 * URI the next hop is found by. Via is not among them: the user agent adds it when it knows the transport. Req: SIP-020.
 */
import { HeaderFields } from '@plenary/wire';
import { isLooseRouter, parseRoute } from '../header/route.js';
import { maxCSeq } from '../header/cseq.js';
import type { SipRequest } from '../message.js';
import { formatUri, type Uri } from '../uri.js';
import type { Dialog } from './dialog.js';

const NO_BODY = new Uint8Array(0);

export interface DialogRequestOptions {
  /** Header fields besides those the dialog sets (Via, Max-Forwards, Route, From, To, Call-ID, CSeq, Content-Length). */
  readonly headers?: Iterable<readonly [name: string, value: string]> | undefined;
  /** With `Content-Type` among `headers`. */
  readonly body?: Uint8Array | undefined;
}

export interface DialogRequest {
  /** The dialog with its CSeq moved on: keep it, or the next request repeats the number. */
  readonly dialog: Dialog;
  readonly request: SipRequest;
  /** URI that names the next hop; resolve this (section 8.1.2). */
  readonly nextHop: string;
}

/** A new request of ours: CSeq is one more than the last. `method` is not ACK (`buildAck`) and not CANCEL. */
export function buildDialogRequest(
  dialog: Dialog,
  method: string,
  options: DialogRequestOptions & {
    /** CSeq of our first request in the dialog; below 2**31, default 1. */
    readonly firstSequence?: number | undefined;
  } = {},
): DialogRequest {
  if (method === 'ACK' || method === 'CANCEL') throw new TypeError(`${method} has no CSeq of its own`);
  const sequence = dialog.localSequence === null ? (options.firstSequence ?? 1) : dialog.localSequence + 1;
  if (sequence > maxCSeq) throw new RangeError('the CSeq of the dialog has run out');
  return { dialog: { ...dialog, localSequence: sequence }, ...assemble(dialog, method, sequence, options) };
}

/**
 * The ACK for a 2xx to an INVITE of ours: CSeq number of the INVITE, method ACK, routed like any request of the dialog. It carries the
 * answer when the 2xx carried the offer.
 */
export function buildAck(
  dialog: Dialog,
  inviteSequence: number,
  options: DialogRequestOptions = {},
): { readonly request: SipRequest; readonly nextHop: string } {
  return assemble(dialog, 'ACK', inviteSequence, options);
}

function assemble(
  dialog: Dialog,
  method: string,
  sequence: number,
  options: DialogRequestOptions,
): { request: SipRequest; nextHop: string } {
  const { requestUri, routes, nextHop } = route(dialog);
  const headers = new HeaderFields();
  headers.append('Max-Forwards', '70');
  for (const value of routes) headers.append('Route', value);
  headers.append('From', dialog.localAddress);
  headers.append('To', dialog.remoteAddress);
  headers.append('Call-ID', dialog.callId);
  headers.append('CSeq', `${sequence} ${method}`);
  for (const [name, value] of options.headers ?? []) headers.append(name, value);
  return { request: { kind: 'request', method, requestUri, headers, body: options.body ?? NO_BODY }, nextHop };
}

/** Request-URI, Route values and next hop from route set and remote target (section 12.2.1.1). */
export function route(dialog: Pick<Dialog, 'remoteTarget' | 'routeSet'>): {
  readonly requestUri: string;
  readonly routes: readonly string[];
  readonly nextHop: string;
} {
  const [first, ...rest] = dialog.routeSet;
  if (first === undefined) return { requestUri: dialog.remoteTarget, routes: [], nextHop: dialog.remoteTarget };
  const hop = parseRoute(first);
  // Routes are checked when the dialog is made.
  if (!hop.ok) throw new TypeError('the route set of the dialog is unreadable');
  if (isLooseRouter(hop.value)) {
    return { requestUri: dialog.remoteTarget, routes: dialog.routeSet, nextHop: formatUri(hop.value.uri) };
  }
  // "the UAC MUST place the first URI from the route set into the Request-URI, stripping any parameters that are not allowed in a
  // Request-URI. ... The UAC MUST then place the remote target URI into the Route header field as the last value."
  const requestUri = formatUri(allowedInRequestUri(hop.value.uri));
  return { requestUri, routes: [...rest, `<${dialog.remoteTarget}>`], nextHop: requestUri };
}

/** Table 1 of section 19.1.1: no `method` parameter and no headers in a Request-URI. */
function allowedInRequestUri(uri: Uri): Uri {
  if (uri.kind !== 'sip') return uri;
  return { ...uri, headers: [], params: uri.params.filter((param) => param.name.toLowerCase() !== 'method') };
}
