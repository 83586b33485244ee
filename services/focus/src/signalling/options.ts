import type { ServerTransaction } from '@plenary/sip';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { contactOf, roomContactUri, type RequestTarget } from '../conference/room-uri.js';
import { accept, allow, allowEvents, roomContact, supported } from './headers.js';
import { respond } from './respond.js';

/** What we could do, with port 0: a description of abilities, not an offer (RFC 3264 section 9). */
const abilities = Buffer.from(
  [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=-',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'm=message 0 TCP/MSRP *',
    'a=accept-types:message/cpim',
    'a=accept-wrapped-types:*',
    'a=chatroom:nickname private-messages',
    '',
  ].join('\r\n'),
);

/** OPTIONS (RFC 3261 section 11.2, RFC 4579 section 5.13; SIP-030): a room answers as a focus, an unknown URI is 404. */
export async function answerOptions(
  transaction: ServerTransaction,
  target: RequestTarget,
  deps: ConferenceDependencies,
): Promise<void> {
  if (target.kind === 'unknown-scheme') {
    respond.refuse(transaction, 416);
    return;
  }
  if (
    target.kind === 'elsewhere' ||
    (target.kind === 'room' && !(await deps.roomState.roomByUri(target.conferenceUri)))
  ) {
    respond.refuse(transaction, 404);
    return;
  }
  const headers = [allow, allowEvents, supported, accept];
  if (target.kind === 'room') {
    const contact = roomContactUri(target.user, deps.domain, deps.sipPort, contactOf(transaction));
    headers.unshift(roomContact(contact));
  }
  transaction.respond(200, { headers, contentType: 'application/sdp', body: abilities });
}
