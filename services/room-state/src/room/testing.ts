import { EndpointCapabilities } from '@plenary/proto/chat';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import type { RoomCommand } from './command.js';
import { draftOf, type RoomDraft } from './apply.js';
import { blueprint, type Blueprint } from './policy.js';
import { emptyDesk } from './state.js';

/** Rooms and commands for the tests of the rules. */
export function testRoom(
  change: Partial<Blueprint['policy']> = {},
  access: Partial<Blueprint['access']> = {},
): RoomDraft {
  const form = blueprint('open');
  return draftOf({
    id: '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId,
    conferenceUri: 'sip:lobby@localhost' as ConferenceUri,
    shard: '000' as ShardId,
    epoch: 1,
    tag: 'abcdefgh',
    version: 1n,
    policy: { ...form.policy, ...change },
    access: { ...form.access, ...access },
    displayText: '',
    closed: false,
    participants: new Map(),
    owners: new Map(),
    desk: emptyDesk,
  });
}

export function admitCommand(user: string, chatId: string, seatMs = 1_000): RoomCommand {
  return {
    kind: 'admit',
    seatMs,
    seat: {
      chatId: chatId as ChatId,
      pid: `p-${chatId}` as ParticipantId,
      userId: `xcon-userid:${user}@localhost` as UserId,
      userKey: user,
      entity: `sip:${user}@localhost`,
      identities: [`sip:${user}@localhost`],
      displayName: user,
      capabilities: EndpointCapabilities.fromPartial({ chatroom: true }),
    },
  };
}

export function claimCommand(chatId: string, nickname: string): RoomCommand {
  const asked =
    nickname === ''
      ? { kind: 'remove' as const }
      : { kind: 'claim' as const, nickname, nickKey: nickname.toLowerCase() };
  return { kind: 'claim-nickname', chatId: chatId as ChatId, asked };
}
