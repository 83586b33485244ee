import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { RoomState } from '../room/state.js';
import {
  anonymousParticipant,
  present,
  testCall,
  testConference,
  testEndpoint,
  testParticipant,
  testPending,
  testSidebar,
} from './testing.js';
import type { DocumentViewer } from './viewer.js';

const { info } = namespaces;

/** Description and state of the conference below. */
export const description = `<conference-description xml:lang="en">
  <display-text>Lobby</display-text><subject>Everything</subject><keywords>chat open</keywords>
  <conf-uris>
    <entry><uri>sip:lobby@localhost</uri><purpose>participation</purpose>
      <xcon:conference-password>8601</xcon:conference-password></entry>
    <entry><uri>xmpp:lobby@muc.localhost</uri><purpose>participation</purpose>
      <xcon:conference-password>8601</xcon:conference-password></entry>
    <entry><uri>http://localhost/lobby</uri><purpose>streaming</purpose></entry>
  </conf-uris>
  <maximum-user-count>10</maximum-user-count>
  <available-media><entry label="77"><type>message</type><chat:file-transfer max-size="9" to="both"/></entry></available-media>
  <xcon:allow-sidebars>true</xcon:allow-sidebars>
  <chat:room-policy secret="false" on-empty="keep"/>
</conference-description>
<conference-state><active>true</active><locked>true</locked>
  <chat:logging active="true" since="2026-11-29T00:00:00Z" by="xcon-userid:boss@localhost"/></conference-state>`;

const users = `<users>
  <user entity="xcon-userid:bob@localhost"><display-text>Bob the builder</display-text>
    <roles><entry>moderator</entry></roles><languages>en</languages>
    <endpoint entity="sip:bob@desk.localhost"/>
    <xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically></user>
  <user entity="xcon-userid:absent@localhost"><roles><entry>moderator</entry></roles></user>
  <user entity="xcon-userid:ghost@localhost"><xcon:provide-anonymity>hidden</xcon:provide-anonymity></user>
  <xcon:join-handling>allow</xcon:join-handling>
  <xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>
  <xcon:allowed-users-list><xcon:target uri="sip:secret@localhost" method="dial-in"/></xcon:allowed-users-list>
  <xcon:deny-users-list><xcon:target uri="sip:mallory@localhost"/></xcon:deny-users-list>
  <chat:banned><chat:target uri="sip:evil@localhost"/></chat:banned>
</users>`;

/** Somebody of whom the conference knows nothing. */
export const looks: DocumentViewer = { userIds: ['xcon-userid:watcher@localhost'], uris: [], privileged: false };
/** The same, with the right to manage. */
export const manages: DocumentViewer = { ...looks, privileged: true };
/** That user as a viewer. */
export const seenBy = (user: string, privileged = false): DocumentViewer => ({
  userIds: [`xcon-userid:${user}@localhost`],
  uris: [`sip:${user}@localhost`],
  privileged,
});

/** A conference with something of everything in it. */
export function everything(change: Partial<RoomState> = {}): RoomState {
  return testConference(description + users, {
    ...present(
      testParticipant('alice', {
        nickname: 'Ann',
        endpoints: [testEndpoint('chat-a1'), testEndpoint('chat-a2', { nickname: 'Annie', label: '78' })],
      }),
      testParticipant('bob', { roles: ['moderator', 'participant'] }),
      anonymousParticipant('priv', 'private', 'x7'),
      anonymousParticipant('semi', 'semi-private', 'y8'),
      anonymousParticipant('ghost', 'hidden', 'z9'),
    ),
    pending: new Map([['wait-dan', testPending('dan')] as const].map(([, one]) => [one.chatId, one])),
    calls: new Map([['call-fred', testCall('fred', 'sip:fred@phone.example.com')]]),
    sidebars: new Map(
      [
        testSidebar(
          'side1',
          'sidebar-by-val',
          `${description}<users><xcon:allowed-users-list><xcon:target uri="sip:alice@localhost" method="dial-in"/></xcon:allowed-users-list></users>`,
        ),
        testSidebar('side2', 'sidebar-by-ref', description),
      ].map((sidebar) => [sidebar.id, sidebar]),
    ),
    ...change,
  });
}

export const entitiesOf = (document: XmlElement): (string | undefined)[] =>
  childrenNamed(childElement(document, info, 'users'), info, 'user').map((user) => attributeOf(user, 'entity'));
export const userIn = (document: XmlElement, entity: string): XmlElement | undefined =>
  childrenNamed(childElement(document, info, 'users'), info, 'user').find(
    (user) => attributeOf(user, 'entity') === entity,
  );
export const stateText = (document: XmlElement, name: string): string | undefined => {
  const element = childElement(childElement(document, info, 'conference-state'), info, name);
  return element === undefined ? undefined : textOf(element);
};
