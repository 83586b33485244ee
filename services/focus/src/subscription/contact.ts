import type { SipUri } from '@plenary/sip';
import { roomContactUri, type ContactForm } from '../conference/room-uri.js';
import type { SubscriptionRecord } from '../store/subscription-store.js';
import type { SubscriptionDependencies } from './dependencies.js';

/**
 * Our Contact in a subscription: the room URI, which any replica serves; for a peer that knows GRUUs one of the room, by its `gr` parameter (RFC 6665
 * section 4.5.1, RFC 5627 section 4.3; EVT-008).
 */
export function subscriptionContactUri(
  { roomUser, gruu }: Pick<SubscriptionRecord, 'roomUser' | 'gruu'>,
  { domain, sipPort }: Pick<SubscriptionDependencies, 'domain' | 'sipPort'>,
  form: ContactForm,
): SipUri {
  const uri = roomContactUri(roomUser, domain, sipPort, form);
  return gruu ? { ...uri, params: [...uri.params, { name: 'gr' }] } : uri;
}
