import {
  formatExpires,
  grantedDuration,
  hasOption,
  parseEvent,
  parseExpires,
  readOptional,
  type ServerTransaction,
} from '@plenary/sip';
import { eventMediaTypes } from '@plenary/xcon';
import { allowEvents } from '../signalling/headers.js';
import { respond } from '../signalling/respond.js';
import type { NotifyForm } from '../store/subscription-store.js';
import type { SubscriptionDependencies } from './dependencies.js';
import { notifyFormOf } from './notify-form.js';

/** What a SUBSCRIBE asks for, as far as that is checked without asking anybody. */
export interface SubscribeTerms {
  /** `id` of its Event, empty: none. */
  readonly eventId: string;
  readonly form: NotifyForm;
  /** It says what it accepts; a refresh that does not changes nothing. */
  readonly namesForm: boolean;
  /** As granted; 0: a fetch, or the end. */
  readonly seconds: number;
  readonly gruu: boolean;
}

/**
 * Reads what needs nobody's word: event package (489), media types (406), duration (423). Undefined: one of them cannot be, and the request has been
 * answered. Req: EVT-002, EVT-003.
 */
export function subscribeTerms(
  transaction: ServerTransaction,
  { durations }: Pick<SubscriptionDependencies, 'durations'>,
): SubscribeTerms | undefined {
  const { headers } = transaction.request;
  const event = readOptional(headers, 'Event', parseEvent);
  const expires = readOptional(headers, 'Expires', parseExpires);
  if (!event.ok && event.error.code === 'repeated-header') {
    respond.refuse(transaction, 400);
    return undefined;
  }
  if (!event.ok || event.value?.type !== 'conference') {
    transaction.respond(489, { headers: [allowEvents] });
    return undefined;
  }
  const form = notifyFormOf(transaction.request);
  if (!form) {
    transaction.respond(406, { headers: [['Accept', Object.values(eventMediaTypes).join(', ')]] });
    return undefined;
  }
  // An Expires that cannot be read may be taken as absent (RFC 4475 section 3.1.2.4).
  const duration = grantedDuration(expires.ok ? expires.value : undefined, durations);
  if (duration.kind === 'too-brief') {
    transaction.respond(423, { headers: [['Min-Expires', formatExpires(duration.minimumSeconds)]] });
    return undefined;
  }
  return {
    eventId: event.value.id ?? '',
    form,
    namesForm: headers.has('Accept'),
    seconds: duration.seconds,
    gruu: hasOption(headers, 'Supported', 'gruu') || hasOption(headers, 'Require', 'gruu'),
  };
}
