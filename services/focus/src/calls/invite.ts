import {
  buildAck,
  buildDialogRequest,
  createUacDialog,
  formatFromTo,
  newCallId,
  newTag,
  parseUri,
  type Dialog,
  type SipFlow,
  type SipRequest,
  type SipResponse,
  type SipTarget,
  type UserAgent,
} from '@plenary/sip';
import { HeaderFields } from '@plenary/wire';
import type { Clock } from '@plenary/service';
import type { HeaderPair } from '../signalling/respond.js';

export interface Invitation {
  /** Request-URI and To. */
  readonly uri: string;
  /** From: the room. */
  readonly from: string;
  readonly localTag: string;
  /** Contact, Allow and the like. */
  readonly headers: readonly HeaderPair[];
  readonly sdp: string;
}

/** How an INVITE of ours ended. */
export type InviteOutcome =
  | {
      readonly kind: 'answered';
      readonly dialog: Dialog;
      readonly response: SipResponse;
      /** Where the answer came from: requests in the dialog go there. */
      readonly flow: SipFlow;
      /** Sends the ACK; to be called once, whatever comes of the answer. */
      readonly acknowledge: () => void;
    }
  | { readonly kind: 'refused'; readonly status: number };

export interface InviteOptions {
  readonly userAgent: UserAgent;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  /** How long it may ring. */
  readonly ringMs: number;
  /** Given the way to give up before there is an answer. */
  readonly onStarted: (cancel: () => void) => void;
}

/**
 * Calls somebody: INVITE with our offer to the first target that answers, CANCEL after `ringMs`. A 2xx of a second device (a forking proxy) is
 * acknowledged and ended by BYE; so is one that makes no dialog or came too late. Never rejects.
 *
 * Spec: RFC 3261 §9, §13.2; RFC 4579 §5.6.   Req: REFR-015 (forks), CONF-019.
 */
export async function invite(
  invitation: Invitation,
  targets: readonly SipTarget[],
  options: InviteOptions,
): Promise<InviteOutcome> {
  const request = inviteRequest(invitation, options.random);
  const { userAgent, clock, ringMs, onStarted } = options;
  let cancelled = false;
  const { response, transaction } = await new Promise<{
    response: SipResponse;
    transaction: ReturnType<UserAgent['request']>;
  }>((resolve) => {
    const started = userAgent.request(request, targets, {
      onFinal: (final) => {
        timer.cancel();
        resolve({ response: final, transaction: started });
      },
      onAnotherAnswer: (another) => {
        hangUp(request, another, started, userAgent);
      },
    });
    const cancel = (): void => {
      cancelled = true;
      started.cancel();
    };
    const timer = clock.setTimer(ringMs, cancel);
    onStarted(cancel);
  });
  if (response.status >= 300) return { kind: 'refused', status: cancelled ? 487 : response.status };
  const dialog = createUacDialog(request, response, transaction.answeredOn?.transport === 'TLS');
  const flow = transaction.answeredOn;
  if (cancelled || !dialog.ok || flow === undefined) {
    hangUp(request, response, transaction, userAgent);
    return { kind: 'refused', status: cancelled ? 487 : 500 };
  }
  return {
    kind: 'answered',
    dialog: dialog.value,
    response,
    flow,
    acknowledge: () => {
      transaction.acknowledge(buildAck(dialog.value, dialog.value.localSequence ?? 1).request, flow);
    },
  };
}

function inviteRequest(invitation: Invitation, random: (length: number) => Uint8Array): SipRequest {
  const { uri, from, localTag, headers, sdp } = invitation;
  const fields = new HeaderFields();
  fields.append('Max-Forwards', '70');
  fields.append('From', formatFromTo({ uri: uriOf(from), tag: localTag, params: [] }));
  fields.append('To', formatFromTo({ uri: uriOf(uri), params: [] }));
  fields.append('Call-ID', newCallId(random));
  fields.append('CSeq', '1 INVITE');
  for (const [name, value] of headers) fields.append(name, value);
  fields.append('Content-Type', 'application/sdp');
  return { kind: 'request', method: 'INVITE', requestUri: uri, headers: fields, body: Buffer.from(sdp) };
}

function uriOf(text: string): Parameters<typeof formatFromTo>[0]['uri'] {
  const uri = parseUri(text);
  if (!uri.ok) throw new TypeError('not a URI of ours');
  return uri.value;
}

/** "it MUST send an ACK ... the UAC MUST then send a BYE" for a 2xx nobody waits for (RFC 3261 section 13.2.2.4, 15). */
function hangUp(
  request: SipRequest,
  response: SipResponse,
  transaction: ReturnType<UserAgent['request']>,
  userAgent: UserAgent,
): void {
  const dialog = createUacDialog(request, response, transaction.answeredOn?.transport === 'TLS');
  if (!dialog.ok) return;
  const flow = transaction.answeredOn ?? transaction.target;
  transaction.acknowledge(buildAck(dialog.value, dialog.value.localSequence ?? 1).request, flow);
  if (flow === undefined) return;
  userAgent.request(buildDialogRequest(dialog.value, 'BYE').request, flow, { onFinal: () => undefined });
}

/** A tag of ours for a call: begins with the replica's name, as every tag of ours does. */
export function callTag(replica: string, random: (length: number) => Uint8Array): string {
  return `${replica}.${newTag(random)}`;
}
