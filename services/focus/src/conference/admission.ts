import type { EndpointCapabilities } from '@plenary/proto/chat';
import { AdmitRequest, Refusal, type AdmitResponse } from '@plenary/proto/roomstate';
import { parseFromTo, type Dialog, type ServerTransaction, type SipRequest } from '@plenary/sip';
import type { ConferenceUri } from '@plenary/wire';
import type { AuthenticatedUser } from '../auth/authenticator.js';
import { roomContact } from '../signalling/headers.js';
import { respond, type HeaderPair } from '../signalling/respond.js';
import type { TimerRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';
import type { CheckedOffer } from './offer-answer.js';
import { answerToRefusal } from './refusal.js';
import { contactOf, requestTarget, roomContactUri } from './room-uri.js';

/** What an INVITE to a room asks for, checked as far as that goes without asking anybody. */
export interface JoinRequest {
  readonly transaction: ServerTransaction;
  readonly user: AuthenticatedUser;
  readonly conferenceUri: ConferenceUri;
  readonly roomUser: string;
  readonly password: string | undefined;
  readonly dialog: Dialog;
  /** Undefined: the offer is ours to make. */
  readonly offer: CheckedOffer | undefined;
  readonly timer: { readonly headers: readonly HeaderPair[]; readonly timer: TimerRecord };
  readonly capabilities: EndpointCapabilities;
}

/** What room-state is asked when somebody joins. */
export function admitRequestOf(joining: JoinRequest, requestId: string, pendingChatId: string): AdmitRequest {
  const { user, dialog, password } = joining;
  return AdmitRequest.fromPartial({
    requestId,
    conferenceUri: joining.conferenceUri,
    userUri: user.uri,
    identities: [...user.identities],
    displayName: displayNameOf(joining.transaction.request),
    capabilities: joining.capabilities,
    systemRoles: [...user.systemRoles],
    ...(password === undefined ? {} : { password }),
    contact: dialog.remoteTarget,
    label: joining.offer?.label ?? '',
    pendingChatId,
    dialog: { callId: dialog.callId, localTag: dialog.localTag, remoteTag: dialog.remoteTag },
  });
}

/** Answers who gets no seat: refused, or the room has moved and its new place is told (302; VENUE-003). */
export function turnAway(
  { transaction, conferenceUri }: JoinRequest,
  result: Exclude<AdmitResponse['result'], { $case: 'admitted' }>,
  deps: ConferenceDependencies,
): void {
  if (result?.$case === 'moved') {
    const venue = requestTarget(result.value.conferenceUri, deps.domain, deps.hosts);
    if (venue.kind === 'room') {
      const contact = roomContactUri(venue.user, deps.domain, deps.sipPort, contactOf(transaction));
      deps.events.joinRefused(conferenceUri, 302, 'moved');
      transaction.respond(302, { headers: [roomContact(contact)] });
      return;
    }
  }
  const { status, reason } =
    result?.$case === 'pending'
      ? ({ status: 480, reason: 'a moderator has to decide' } as const)
      : answerToRefusal(result?.$case === 'refused' ? result.value : Refusal.UNSPECIFIED);
  deps.events.joinRefused(conferenceUri, status, reason);
  respond.refuse(transaction, status, reason);
}

/** Of what stands in rosters and events; room-state takes no more. */
const displayNameLength = 256;

function displayNameOf(request: SipRequest): string {
  const from = parseFromTo(request.headers.get('From') ?? '');
  return from.ok ? (from.value.displayName ?? '').slice(0, displayNameLength) : '';
}
