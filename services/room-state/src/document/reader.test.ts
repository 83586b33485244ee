import type { Identity } from '@plenary/proto/roomstate';
import type { RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { KnownUser } from '../conference/users.js';
import type { RoomState } from '../room/state.js';
import type { RequestorUsers } from '../users/requestor.js';
import { DocumentReader, type DocumentAnswer } from './reader.js';
import { present, readDocument, schemaFaults, testConference, testParticipant } from './testing.js';

const users: RequestorUsers = {
  find: async (userId): Promise<KnownUser> => ({
    userId: userId.toLowerCase() as never,
    username: '',
    uris: [userId.replace('xcon-userid:', 'sip:')],
    displayText: '',
    email: '',
    anonymous: false,
  }),
  proven: async ({ uris }) => (uris[0] ?? '').replace('sip:', 'xcon-userid:') as never,
  idsOf: async ({ uris }) => uris.map((uri) => uri.replace('sip:', 'xcon-userid:') as never),
};

const identity = (name: string, systemRoles: string[] = []): Identity => ({
  username: name,
  uris: [`sip:${name}@localhost`],
  systemRoles,
  userIds: [],
});

const inner = (extra: string, state = ''): string =>
  `<conference-description>${extra}</conference-description><conference-state>${state}</conference-state>
   <users><user entity="xcon-userid:mod@localhost"><roles><entry>moderator</entry></roles></user>
   <xcon:join-handling>allow</xcon:join-handling></users>`;

function readerOf(state: RoomState): DocumentReader {
  return new DocumentReader(
    {
      findRoom: async (uri) => (uri === state.conferenceUri ? state.id : undefined),
      readRoom: async (room) => (room === state.id ? state : undefined),
    },
    users,
  );
}

const room = (change: Partial<RoomState> = {}, extra = '', state = ''): RoomState =>
  testConference(inner(extra, state), { ...present(testParticipant('alice')), ...change });
const read = (state: RoomState, viewer?: Identity): Promise<DocumentAnswer> =>
  readerOf(state).read({ room: state.id }, viewer);
const kindFor = async (state: RoomState, viewer?: Identity): Promise<string> => (await read(state, viewer)).kind;

describe('documents for subscribers', () => {
  it('EVT-001 NOTIF-009 who is in it, and who manages it, get the document by right', async () => {
    const alice = await read(room(), identity('alice'));
    const mod = await read(room(), identity('mod'));
    const operator = await read(room(), identity('operator', ['administrator']));
    expect([alice, mod, operator].map((answer) => answer.kind === 'document' && answer.privileged)).toEqual([
      false,
      true,
      true,
    ]);
    expect(alice.kind === 'document' && mod.kind === 'document' && alice.view !== mod.view).toBe(true);
    expect(await kindFor(room(), identity('stranger'))).toBe('forbidden');
    expect(await kindFor(room())).not.toBe('document');
  });

  it('Q22 a secret conference is unknown to who may not know of it; a closed one, and a blueprint, to everybody', async () => {
    const secret = room({}, '<chat:room-policy secret="true"/>');
    expect(await kindFor(secret, identity('stranger'))).toBe('unknown');
    expect(await kindFor(secret, identity('alice'))).toBe('document');
    expect(await kindFor(room({ closed: true }), identity('alice'))).toBe('unknown');
    expect(await kindFor(room({ kind: 'blueprint' }), identity('operator', ['administrator']))).toBe('unknown');
  });

  it('NOTIF-008 where subscriptions are not allowed nobody gets one; without a word they are', async () => {
    const refused = room(
      {},
      '',
      '<xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription>',
    );
    for (const viewer of [identity('alice'), identity('mod'), identity('operator', ['administrator'])])
      expect(await kindFor(refused, viewer)).toBe('forbidden');
    expect(await kindFor(room(), identity('alice'))).toBe('document');
  });

  it('is found by room and by conference URI, in any spelling', async () => {
    const reader = readerOf(room());
    const byUri = await reader.read({ conferenceUri: 'sip:lobby@LOCALHOST;transport=tcp' }, identity('alice'));
    expect(byUri.kind).toBe('document');
    for (const conferenceUri of ['sip:other@localhost', 'tel:+1', ''])
      expect((await reader.read({ conferenceUri }, identity('alice'))).kind).toBe('unknown');
    expect((await reader.read({ room: '01HZZZZZZZZZZZZZZZZZZZZZZY' as RoomId }, identity('alice'))).kind).toBe(
      'unknown',
    );
  });

  it('CONF-023 its text is that document, the same for equal views of one version', async () => {
    const state = room();
    const reader = readerOf(state);
    const answer = await reader.read({ room: state.id }, identity('alice'));
    if (answer.kind !== 'document') throw new Error(answer.kind);
    const text = reader.text(answer);
    expect(schemaFaults(readDocument(text))).toBe('');
    expect(text).toContain('version="7"');
    expect(text).toContain('xcon-userid:alice@localhost');
    expect(reader.text(answer)).toBe(text);
    const next = { ...state, version: 8n };
    expect(reader.text({ ...answer, state: next })).toContain('version="8"');
  });
});
