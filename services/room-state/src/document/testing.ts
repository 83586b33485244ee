import { readFileSync } from 'node:fs';
import { Direction, EndpointCapabilities, RoomPolicy } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView, formatDocument, readFragment, type XconUri } from '@plenary/xcon';
import { RelaxNGValidator, XmlDocument } from 'libxml2-wasm';
import {
  emptyDesk,
  type CallState,
  type EndpointState,
  type ParticipantState,
  type PendingState,
  type RoomState,
  type SidebarState,
} from '../room/state.js';

/** Conference objects for the tests of documents. */
export function testConference(inner: string, change: Partial<RoomState> = {}): RoomState {
  const document = readDocument(
    `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"
      xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"
      entity="xcon:abc@localhost">${inner}</conference-info>`,
  );
  return {
    id: '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId,
    kind: 'conference',
    xconUri: 'xcon:abc@localhost' as XconUri,
    conferenceUri: 'sip:lobby@localhost' as ConferenceUri,
    shard: '000' as ShardId,
    epoch: 1,
    tag: 'abcdefgh',
    version: 7n,
    policy: RoomPolicy.fromPartial({}),
    document,
    view: conferenceView(document),
    documentVersion: 3n,
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
    ...change,
  };
}

export function readDocument(text: string): XmlElement {
  const read = readFragment(text);
  if (!read.ok) throw read.error;
  return read.value;
}

export function testEndpoint(chatId: string, change: Partial<EndpointState> = {}): EndpointState {
  return {
    chatId: chatId as ChatId,
    edgeId: 'edge-1-aaaaaa',
    capabilities: EndpointCapabilities.fromPartial({ direction: Direction.SENDRECV }),
    allowed: Direction.UNSPECIFIED,
    granted: Direction.UNSPECIFIED,
    joinedAtMs: Date.UTC(2026, 10, 29, 12),
    nickname: '',
    nickKey: '',
    contact: 'sip:device@192.0.2.7:5060',
    label: '',
    joiningMethod: 'dialed-in',
    dialog: { callId: 'call-1', localTag: 'ours', remoteTag: 'theirs' },
    callId: '',
    ...change,
  };
}

export function testParticipant(user: string, change: Partial<ParticipantState> = {}): ParticipantState {
  const aor = `sip:${user}@localhost`;
  return {
    pid: `p-${user}` as ParticipantId,
    userId: `xcon-userid:${user}@localhost` as UserId,
    userKey: user,
    entity: aor,
    identities: [aor],
    aors: [aor],
    displayName: user.toUpperCase(),
    roles: ['participant'],
    anonymity: 'none',
    unauthenticated: false,
    nickname: '',
    endpoints: [testEndpoint(`chat-${user}`)],
    ...change,
  };
}

/** The same, its identity kept back at that level. */
export function anonymousParticipant(
  user: string,
  anonymity: ParticipantState['anonymity'],
  token: string,
): ParticipantState {
  const entity = `sip:anonymous${token}@anonymous.invalid`;
  const endpoints = [testEndpoint(`chat-${token}`)];
  return testParticipant(user, { anonymity, entity, identities: [entity], endpoints });
}

export function testPending(user: string): PendingState {
  const { endpoints: _endpoints, ...persona } = testParticipant(user);
  const { edgeId: _edge, allowed: _allowed, joinedAtMs: _joined, ...origin } = testEndpoint(`wait-${user}`);
  return { ...persona, ...origin, expiresAtMs: 0, sinceMs: 0, admitted: false, callUri: '' };
}

export function testCall(user: string, uri: string): CallState {
  return {
    callId: `call-${user}`,
    userId: `xcon-userid:${user}@localhost` as UserId,
    uri,
    displayName: user.toUpperCase(),
    nickname: '',
    nickKey: '',
    state: 'wanted',
    askedBy: '',
    askedAtMs: 0,
  };
}

export function testSidebar(id: string, kind: SidebarState['kind'], inner: string): SidebarState {
  const { document, view } = testConference(inner);
  return { id: id as RoomId, xconUri: `xcon:${id}@localhost` as XconUri, kind, document, view, present: new Set() };
}

export function present(...participants: readonly ParticipantState[]): Pick<RoomState, 'participants' | 'owners'> {
  return {
    participants: new Map(participants.map((participant) => [participant.pid, participant])),
    owners: new Map(
      participants.flatMap(({ pid, endpoints }) => endpoints.map(({ chatId }) => [chatId, pid] as const)),
    ),
  };
}

let validator: RelaxNGValidator | undefined;

/** What RFC 6501's schema says against a document; empty: nothing. Req: CONF-023. */
export function schemaFaults(element: XmlElement): string {
  const vectors = new URL('../../../../test/vectors/schemas/', import.meta.url);
  validator ??= RelaxNGValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(new URL('rfc6501.rng', vectors))));
  const parsed = XmlDocument.fromString(formatDocument(element));
  try {
    validator.validate(parsed);
    return '';
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${formatDocument(element)}`;
  } finally {
    parsed.dispose();
  }
}
