import { HeaderFields } from '@plenary/wire';
import type { SipRequest, SipResponse } from '../message.js';

const NO_BODY = new Uint8Array(0);

/**
 * The ACK of the INVITE client transaction for a 300-699 response (RFC 3261 section 17.1.1.3): Call-ID, From, Request-URI, top Via,
 * Route and the CSeq number of the INVITE, the To of the response. An ACK for a 2xx is the dialog's (`buildAck`).
 */
export function buildNon2xxAck(invite: SipRequest, response: SipResponse): SipRequest {
  return followUp(invite, 'ACK', response.headers.get('To') ?? invite.headers.get('To') ?? '');
}

/**
 * The CANCEL for a request (section 9.1): Request-URI, Call-ID, To, CSeq number, From, Route and the top Via with its branch are those of the
 * request. It may be sent only after a provisional response came.
 */
export function buildCancel(request: SipRequest): SipRequest {
  return followUp(request, 'CANCEL', request.headers.get('To') ?? '');
}

function followUp(request: SipRequest, method: 'ACK' | 'CANCEL', to: string): SipRequest {
  const { headers } = request;
  const fields = new HeaderFields();
  fields.append('Via', headers.get('Via') ?? '');
  // "A UAC ... MUST insert a Max-Forwards header field into each request it originates" (section 8.1.1.6).
  fields.append('Max-Forwards', '70');
  for (const route of headers.getAll('Route')) fields.append('Route', route);
  fields.append('From', headers.get('From') ?? '');
  fields.append('To', to);
  fields.append('Call-ID', headers.get('Call-ID') ?? '');
  fields.append('CSeq', `${(headers.get('CSeq') ?? '').split(/\s/u)[0] ?? ''} ${method}`);
  return { kind: 'request', method, requestUri: request.requestUri, headers: fields, body: NO_BODY };
}
