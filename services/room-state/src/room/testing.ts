import { EndpointCapabilities } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import { conferenceView, readFragment, type XconUri } from '@plenary/xcon';
import { draftOf, type RoomDraft } from './apply.js';
import type { RoomCommand, RoomCommandOf } from './command.js';
import { policyOf } from './rules.js';
import { emptyDesk } from './state.js';

/** What a test room says of itself; attributes of `chat:room-policy` by their names. */
export interface TestRoom {
  readonly policy?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly state?: string;
  readonly users?: string;
  readonly joinHandling?: string;
  readonly admission?: string;
  readonly active?: boolean;
}

/** XML of the document of a test room. */
export function testDocument(form: TestRoom = {}): string {
  const { policy = {}, description = '', state = '', users = '' } = form;
  const { joinHandling = 'allow', admission = 'openAuthenticated', active = true } = form;
  const attributes = Object.entries(policy)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');
  return `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info"
    xmlns:chat="urn:x-plenary:ns:chat:1" entity="xcon:lobby@localhost">
    <conference-description>
      <conf-uris><entry><uri>sip:lobby@localhost</uri><purpose>participation</purpose></entry></conf-uris>
      ${description}<chat:room-policy${attributes}/>
    </conference-description>
    <conference-state><active>${String(active)}</active>${state}</conference-state>
    <users>${users}<xcon:join-handling>${joinHandling}</xcon:join-handling>
      <xcon:user-admission-policy>${admission}</xcon:user-admission-policy></users>
  </conference-info>`;
}

/** Rooms and commands for the tests of the rules. */
export function testRoom(form: TestRoom = {}, change: Partial<RoomDraft> = {}): RoomDraft {
  const read = readFragment(testDocument(form).replace(/>\s+</g, '><'));
  if (!read.ok) throw read.error;
  const view = conferenceView(read.value);
  const draft = draftOf({
    id: '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId,
    kind: 'conference',
    xconUri: 'xcon:lobby@localhost' as XconUri,
    conferenceUri: 'sip:lobby@localhost' as ConferenceUri,
    shard: '000' as ShardId,
    epoch: 1,
    tag: 'abcdefgh',
    version: 1n,
    policy: policyOf(view),
    document: read.value,
    view,
    documentVersion: 1n,
    touched: new Map(),
    passwordHash: '',
    ownerUserId: '',
    parentId: undefined,
    createdAtMs: 0,
    emptySinceMs: undefined,
    timeCheckedAtMs: undefined,
    closed: false,
    successor: '',
    participants: new Map(),
    owners: new Map(),
    pending: new Map(),
    calls: new Map(),
    sidebars: new Map(),
    desk: emptyDesk,
  });
  return Object.assign(draft, change);
}

export function userIdOf(user: string): UserId {
  return `xcon-userid:${user}@localhost` as UserId;
}

export function admitCommand(
  user: string,
  chatId: string,
  seatMs = 1_000,
  change: Partial<Omit<RoomCommandOf<'admit'>, 'kind'>> = {},
): RoomCommandOf<'admit'> {
  return {
    kind: 'admit',
    seatMs,
    pendingMs: 10_000,
    systemRoles: [],
    password: { kind: 'none' },
    pendingChatId: undefined,
    isResolved: true,
    seat: {
      chatId: chatId as ChatId,
      pid: `p-${chatId}` as ParticipantId,
      userId: userIdOf(user),
      userKey: userIdOf(user),
      identities: [`sip:${user}@localhost`],
      aors: [`sip:${user}@localhost`],
      displayName: user,
      unauthenticated: false,
      capabilities: EndpointCapabilities.fromPartial({ chatroom: true }),
      contact: '',
      label: '',
      callId: '',
      dialog: undefined,
      joiningMethod: 'dialed-in',
    },
    ...change,
  };
}

export function claimCommand(chatId: string, nickname: string): RoomCommand {
  const asked =
    nickname === ''
      ? { kind: 'remove' as const }
      : { kind: 'claim' as const, nickname, nickKey: nickname.toLowerCase() };
  return { kind: 'claim-nickname', chatId: chatId as ChatId, asked };
}
