import { inviteUsageTable, type InviteUsageInputName, type InviteUsageState } from './invite-usage.table.js';

/**
 * The INVITE usage of one dialog as plain JSON (RFC 3261 sections 13 to 15). It answers the questions a dialog's row cannot: is an INVITE open,
 * whose, and does an ACK still owe us an answer. Sending the 2xx again until its ACK is `acceptance.ts`, which the user agent
 * runs; its end comes here as `ack-received` or `unacknowledged`.
 */
export interface InviteUsage {
  readonly state: InviteUsageState;
  /** Whether we made the Call-ID: decides how long to wait after a 491 (section 14.1). */
  readonly ownsCallId: boolean;
}

export interface InviteUsageInput {
  readonly type: InviteUsageInputName;
  /** Evenly distributed in [0, 1), from the caller's source of randomness; decides Retry-After and the glare interval. */
  readonly random: number;
}

export type InviteUsageOutput =
  /** Go on with the INVITE: offer, answer, response. */
  | { readonly type: 'process-invite' }
  /** Answer the request just received with this; `retryAfterS` goes into Retry-After. */
  | { readonly type: 'respond'; readonly status: 481 | 491 }
  | { readonly type: 'respond'; readonly status: 500; readonly retryAfterS: number }
  /** Answer the INVITE that is still open with 487. */
  | { readonly type: 'respond-pending'; readonly status: 487 }
  | { readonly type: 'send-bye' }
  | { readonly type: 'set-timer'; readonly timer: 'glare'; readonly ms: number }
  | { readonly type: 'cancel-timer'; readonly timer: 'glare' }
  /** The interval after a 491 is over: send the re-INVITE anew, with a new CSeq. */
  | { readonly type: 'retry-invite' }
  /** The offer and answer of the INVITE are in force. */
  | { readonly type: 'established' }
  /** The INVITE came to nothing; what was in force stays in force. */
  | { readonly type: 'unchanged' }
  | { readonly type: 'ended' }
  | { readonly type: 'unexpected'; readonly state: string; readonly input: string };

interface Step {
  readonly usage: InviteUsage;
  readonly outputs: InviteUsageOutput[];
}

/** A usage whose first INVITE was just received (`incoming`) or sent (`outgoing`). */
export function createInviteUsage(role: 'uac' | 'uas'): InviteUsage {
  return { state: role === 'uas' ? 'incoming' : 'outgoing', ownsCallId: role === 'uac' };
}

/** Advances by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepInviteUsage(usage: InviteUsage, input: InviteUsageInput): Step {
  const row = inviteUsageTable[usage.state];
  const transition = Object.hasOwn(row, input.type) ? row[input.type] : undefined;
  if (transition === undefined) {
    return { usage, outputs: [{ type: 'unexpected', state: usage.state, input: input.type }] };
  }
  const outputs: InviteUsageOutput[] = [];
  for (const action of transition.actions) {
    switch (action) {
      case 'process-invite':
        outputs.push({ type: 'process-invite' });
        break;
      case 'refuse-pending':
        outputs.push({ type: 'respond', status: 491 });
        break;
      case 'refuse-overlap':
        // "MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds" (section 14.2).
        outputs.push({ type: 'respond', status: 500, retryAfterS: Math.floor(input.random * 11) });
        break;
      case 'refuse-gone':
        outputs.push({ type: 'respond', status: 481 });
        break;
      case 'end-pending':
        outputs.push({ type: 'respond-pending', status: 487 });
        break;
      case 'send-bye':
        outputs.push({ type: 'send-bye' });
        break;
      case 'start-glare':
        outputs.push({ type: 'set-timer', timer: 'glare', ms: glareIntervalMs(usage.ownsCallId, input.random) });
        break;
      case 'stop-glare':
        outputs.push({ type: 'cancel-timer', timer: 'glare' });
        break;
      case 'retry-invite':
        outputs.push({ type: 'retry-invite' });
        break;
      case 'tell-established':
        outputs.push({ type: 'established' });
        break;
      case 'tell-unchanged':
        outputs.push({ type: 'unchanged' });
        break;
      case 'tell-ended':
        outputs.push({ type: 'ended' });
        break;
    }
  }
  return { usage: { ...usage, state: transition.next }, outputs };
}

/**
 * How long to wait after a 491: "between 2.1 and 4 seconds in units of 10 ms" for the owner of the Call-ID, "between 0 and 2
 * seconds in units of 10 ms" for the other (RFC 3261 section 14.1).
 */
export function glareIntervalMs(ownsCallId: boolean, random: number): number {
  return ownsCallId ? 2_100 + 10 * Math.floor(random * 191) : 10 * Math.floor(random * 201);
}

/** Which input a final response to an INVITE of ours is. A timeout counts as 408 (RFC 3261 section 8.1.3.1). */
export function inviteUsageInputOf(status: number): InviteUsageInputName {
  if (status >= 200 && status < 300) return 'success-received';
  if (status === 491) return 'request-pending-received';
  return status === 408 || status === 481 ? 'gone-received' : 'failure-received';
}
