import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checked, conference, documents, fragment } from '../document/testing.js';
import { conferenceView } from './conference-view.js';
import { defaultRoomPolicy } from './room-policy.js';
import { userView } from './users-view.js';

const view = (content: string) => conferenceView(checked(conference(content)));

describe('what is not there', () => {
  it('POL-006 NOTIF-008 SIDE-001 FLOOR-001 has the defaults of RFC 6501', () => {
    expect(view('')).toEqual({
      entity: 'xcon:1@example.com',
      displayText: '',
      subject: '',
      freeText: '',
      keywords: [],
      confUris: [],
      serviceUris: [],
      availableMedia: [],
      language: '',
      allowSidebars: false,
      times: [],
      active: false,
      locked: false,
      allowEventSubscription: true,
      joinHandling: 'block',
      admission: 'openAuthenticated',
      allowed: [],
      denied: [],
      banned: [],
      persistent: [],
      users: [],
      sidebarsByRef: [],
      sidebarsByVal: [],
      policy: defaultRoomPolicy,
      history: { readers: 'participants', fromJoinOnly: false, onJoin: true, legalHold: false },
      logging: { active: false },
      enforced: [],
    });
  });

  it('FLOOR-002 of a floor has them too', () => {
    expect(
      view('<xcon:floor-information><xcon:conference-ID>7</xcon:conference-ID></xcon:floor-information>').floor,
    ).toEqual({
      conferenceId: '7',
      allowFloorEvents: false,
      requestHandling: 'block',
      floors: [],
    });
  });

  it('of a room policy is open', () => {
    expect(defaultRoomPolicy).toEqual({
      secret: false,
      moderated: false,
      membersOnly: false,
      passwordProtected: false,
      nicknames: true,
      nicknameScope: 'room',
      quarantineMs: 300_000,
      confusables: 'allow',
      privateMessages: true,
      onEmpty: 'keep',
      emptyGraceMs: 300_000,
      subjectBy: 'moderators',
      deleteBy: 'owner',
      createBy: 'users',
      sessions: 'many',
      copyToOwnSessions: false,
      wrappedTypes: [],
      showSidebarAbsence: false,
      requireTls: false,
      parentEnforced: [],
    });
  });
});

it('NICK-X-018 POL-012 users, lists and floors are read', () => {
  const read = view(`
    <users>
      <user entity="xcon-userid:a@example.com" xcon:nickname="Al"><display-text>A</display-text>
        <associated-aors><entry><uri>sip:a@example.com</uri></entry></associated-aors>
        <roles><entry>moderator</entry><entry>participant</entry></roles><languages>en</languages>
        <endpoint entity="chat1" chat:nickname="Ally"><display-text>phone</display-text><status>connected</status>
          <joining-method>dialed-in</joining-method>
          <media id="1"><type>message</type><label>7</label><status>recvonly</status>
            <xcon:to-mixer name="AudioIn"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></xcon:to-mixer></media>
          <chat:contact uri="sip:a@192.0.2.1"/></endpoint>
        <xcon:provide-anonymity>hidden</xcon:provide-anonymity>
        <xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically></user>
      <xcon:join-handling>confirm</xcon:join-handling>
      <xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>
      <xcon:allowed-users-list><xcon:target uri="*@example.com" method="dial-in"/>
        <xcon:persistent-list><xcon:user name="Anna" nickname="Al" id="xcon-userid:a@example.com"><xcon:e-mail>a@example.com</xcon:e-mail>
        </xcon:user></xcon:persistent-list></xcon:allowed-users-list>
      <xcon:deny-users-list><xcon:target uri="sip:x@y"/></xcon:deny-users-list>
      <chat:banned><chat:target uri="sip:z@y"/></chat:banned>
    </users>
    <xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>1</xcon:media-label>
      <xcon:algorithm>FCFS</xcon:algorithm><xcon:max-floor-users>2</xcon:max-floor-users></xcon:floor></xcon:conference-floor-policy>
    </xcon:floor-information>`);
  expect(read).toMatchObject({
    joinHandling: 'confirm',
    admission: 'closedAuthenticated',
    allowed: [{ uri: '*@example.com', method: 'dial-in' }],
    denied: ['sip:x@y'],
    banned: ['sip:z@y'],
    persistent: [{ name: 'Anna', nickname: 'Al', id: 'xcon-userid:a@example.com', emails: ['a@example.com'] }],
    floor: { floors: [{ id: '1', mediaLabels: ['1'], algorithm: 'FCFS', maximumUsers: 2 }] },
  });
  expect(read.users).toEqual([
    {
      entity: 'xcon-userid:a@example.com',
      displayText: 'A',
      roles: ['moderator', 'participant'],
      nickname: 'Al',
      anonymity: 'hidden',
      uris: ['sip:a@example.com'],
      language: 'en',
      endpoints: [
        {
          entity: 'chat1',
          displayText: 'phone',
          status: 'connected',
          joiningMethod: 'dialed-in',
          disconnectionMethod: '',
          media: [
            {
              id: '1',
              displayText: '',
              type: 'message',
              label: '7',
              status: 'recvonly',
              toMixer: { mute: true },
              fromMixer: {},
            },
          ],
          contact: 'sip:a@192.0.2.1',
          nickname: 'Ally',
        },
      ],
      allowRefer: false,
      allowInvite: true,
      allowRemove: false,
    },
  ]);
});

it('FILE-X-001 COLLAB-001 HIST-004 LOG-004 VENUE-001 the extension elements are read', () => {
  const read = view(`
    <conference-description>
      <available-media>
        <entry label="1"><type>message</type><xcon:controls><xcon:gain>-3</xcon:gain></xcon:controls>
          <chat:file-transfer direction="recvonly" max-size="1000" types="image/* text/plain" to="one" keep-content="true"/></entry>
        <entry label="2"><type>application</type><status>inactive</status>
          <chat:collaboration kind="whiteboard" uri="https://a/b" roles="moderator participant"/></entry>
      </available-media>
      <xcon:conference-time><xcon:entry><xcon:base>BEGIN:VEVENT&#10;DTSTART:20270104T090000Z&#10;END:VEVENT</xcon:base>
        <xcon:mixing-start-offset required-participant="moderator">2027-01-04T08:55:00Z</xcon:mixing-start-offset>
        <xcon:notify-end-of-conference>60</xcon:notify-end-of-conference></xcon:entry></xcon:conference-time>
      <chat:room-policy secret="true" moderated="true" members-only="true" password-protected="true" nicknames="false"
        nickname-scope="system" quarantine="PT1M" confusables="refuse" private-messages="false" on-empty="delete" empty-grace="PT0S"
        subject-by="participants" delete-by="moderators" create-by="administrators" sessions="one" max-message-bytes="9" rate="2" burst="3"
        copy-to-own-sessions="true" wrapped-types="text/plain text/html" show-sidebar-absence="true" max-bans="4" require-tls="true"
        parent-enforced="/conference-description/maximum-user-count users/deny-users-list"/>
      <chat:history default-count="5" maximum-count="50" retention="P30D" readers="members" from-join-only="true" on-join="false"
        legal-hold="true"/>
      <chat:alternate-venue uri="xcon:2@example.com" reason="moved"/>
    </conference-description>
    <conference-state><chat:logging active="true" since="2026-11-29T00:00:00Z" by="xcon-userid:a@example.com"/></conference-state>`);
  expect(read.availableMedia).toEqual([
    {
      label: '1',
      displayText: '',
      type: 'message',
      status: 'sendrecv',
      controls: { gain: -3 },
      fileTransfer: {
        direction: 'recvonly',
        maxSizeBytes: 1000,
        types: ['image/*', 'text/plain'],
        to: 'one',
        keepContent: true,
      },
    },
    {
      label: '2',
      displayText: '',
      type: 'application',
      status: 'inactive',
      controls: {},
      collaboration: { kind: 'whiteboard', uri: 'https://a/b', roles: ['moderator', 'participant'] },
    },
  ]);
  expect(read.times).toEqual([
    {
      base: 'BEGIN:VEVENT\nDTSTART:20270104T090000Z\nEND:VEVENT',
      mixingStart: { at: '2027-01-04T08:55:00Z', requiredParticipant: 'moderator' },
      notifyEndSeconds: 60,
      mayExtend: false,
    },
  ]);
  expect(read.policy).toEqual({
    secret: true,
    moderated: true,
    membersOnly: true,
    passwordProtected: true,
    nicknames: false,
    nicknameScope: 'system',
    quarantineMs: 60_000,
    confusables: 'refuse',
    privateMessages: false,
    onEmpty: 'delete',
    emptyGraceMs: 0,
    subjectBy: 'participants',
    deleteBy: 'moderators',
    createBy: 'administrators',
    sessions: 'one',
    maxMessageBytes: 9,
    ratePerSecond: 2,
    rateBurst: 3,
    copyToOwnSessions: true,
    wrappedTypes: ['text/plain', 'text/html'],
    showSidebarAbsence: true,
    maxBans: 4,
    requireTls: true,
    parentEnforced: ['/conference-description/maximum-user-count', '/users/deny-users-list'],
  });
  expect(read.enforced).toEqual(read.policy.parentEnforced);
  expect(read.history).toEqual({
    defaultCount: 5,
    maximumCount: 50,
    retentionMs: 2_592_000_000,
    readers: 'members',
    fromJoinOnly: true,
    onJoin: false,
    legalHold: true,
  });
  expect(read.venue).toEqual({ uri: 'xcon:2@example.com', reason: 'moved' });
  expect(read.logging).toEqual({ active: true, since: '2026-11-29T00:00:00Z', by: 'xcon-userid:a@example.com' });
});

it('NICK-X-011 a removed nickname of a change is the empty one', () => {
  expect(userView(checked(fragment('<user entity="x:1" nickname=""/>'), 'user', 'change')).nickname).toBe('');
  expect(userView(checked(fragment('<user entity="x:1"/>'), 'user', 'change'))).not.toHaveProperty('nickname');
});

it('every checked document has a view, whole or change', () => {
  fc.assert(
    fc.property(documents, fc.constantFrom('whole', 'change'), (document, mode) => {
      const read = conferenceView(checked(document, 'conference-info', mode));
      expect(read.users.every((user) => user.entity !== '')).toBe(true);
    }),
  );
});
