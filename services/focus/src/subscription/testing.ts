/** What the unit tests of subscriptions share. */
import { ConferenceView } from '@plenary/proto/roomstate';
import { createSubscribeUsage } from '@plenary/sip';
import type { SubscriptionRecord } from '../store/subscription-store.js';
import { ViewDocument } from './view-document.js';

export function recordOf(change: Partial<SubscriptionRecord> = {}): SubscriptionRecord {
  return {
    callId: 'call-1',
    localTag: 'focus.1',
    eventId: '',
    rv: 1,
    usage: { ...createSubscribeUsage(), state: 'active', expiresAtMs: 3_600_000 },
    room: 'R1',
    conferenceUri: 'sip:lobby@example.com',
    roomUser: 'lobby',
    viewer: { uri: 'sip:alice@example.com', identities: ['sip:alice@example.com'], systemRoles: [] },
    form: 'legacy',
    gruu: false,
    version: 1,
    notifier: 'focus',
    ...change,
  };
}

/** A room with these users at that version. */
export function documentOf(
  users: readonly string[],
  change: { readonly version?: bigint; readonly view?: string; readonly subject?: string } = {},
): ViewDocument {
  const { version = 1n, view = 'member', subject = '' } = change;
  const list = users.map(
    (name) =>
      `<user entity="xcon-userid:${name}@example.com"><associated-aors><entry><uri>sip:${name}@example.com</uri></entry></associated-aors><endpoint entity="chat-${name}"><status>connected</status></endpoint></user>`,
  );
  const document = [
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="xcon:lobby@example.com" version="${String(version)}">`,
    `<conference-description><display-text>Lobby</display-text>${subject === '' ? '' : `<subject>${subject}</subject>`}</conference-description>`,
    `<conference-state><user-count>${String(users.length)}</user-count><active>true</active></conference-state>`,
    `<users>${list.join('')}</users></conference-info>`,
  ].join('');
  const conferenceUri = 'sip:lobby@example.com';
  return new ViewDocument(ConferenceView.fromPartial({ room: 'R1', conferenceUri, version, view, document }), 0);
}
