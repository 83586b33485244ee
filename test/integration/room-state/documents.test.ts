import { LeaveCause } from '@plenary/proto/chat';
import { ConferenceMessage, Operation, Refusal, type ConferenceView } from '@plenary/proto/roomstate';
import { readFragment, conferenceView, type ConferenceView as Reading } from '@plenary/xcon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  conferenceCalls,
  identity,
  introduce,
  asUser,
  schemaFaults,
  userId,
  type ConferenceCalls,
} from './conference-calls.js';
import { enter, install, type Installation, type Replica } from './replicas.js';

describe('documents of conferences', () => {
  let installation: Installation;
  let replicas: Replica[];
  let calls: ConferenceCalls[];
  beforeAll(async () => {
    installation = await install('memory');
    const env = { PLENARY_DEMO: 'true' };
    replicas = [await installation.start(env), await installation.start(env)];
    calls = replicas.map((replica) => conferenceCalls(replica));
    await introduce(replica(0), 'alice', 'bob', 'carol', 'operator');
  });
  afterAll(async () => {
    for (const call of calls) call.close();
    await installation.close();
  });

  const replica = (index: number): Replica => replicas[index] as Replica;
  const viewOf = async (uri: string, name: string, index = 0): Promise<ConferenceView> => {
    const { result } = await (calls[index] as ConferenceCalls).document(uri, identity(name));
    if (result?.$case !== 'view') throw new Error(`refused: ${String(result?.value)}`);
    expect(schemaFaults(result.value.document)).toBe('');
    return result.value;
  };
  const refusalOf = async (uri: string, name: string | undefined): Promise<Refusal | undefined> => {
    const { result } = await (calls[0] as ConferenceCalls).document(
      uri,
      name === undefined ? undefined : identity(name),
    );
    return result?.$case === 'refused' ? result.value : undefined;
  };
  const reading = ({ document }: Pick<ConferenceView, 'document'>): Reading => {
    const read = readFragment(document);
    if (!read.ok) throw read.error;
    return conferenceView(read.value);
  };

  it('CONF-023 CONF-026 XCON-019 the document agrees with itself, the rows and the version, on every replica', async () => {
    const uri = 'sip:lobby@localhost';
    const [one, two] = [await enter(replica(0), uri, 'alice'), await enter(replica(1), uri, 'alice')];
    const bob = await enter(replica(1), uri, 'bob');
    for (const index of [0, 1])
      for (const name of ['alice', 'operator']) {
        const view = await viewOf(uri, name, index);
        const { users, userCount, version, active, entity } = reading(view);
        expect(users.map((user) => user.entity)).toEqual([userId('alice'), userId('bob')]);
        expect(users.flatMap(({ endpoints }) => endpoints.map((endpoint) => endpoint.entity))).toEqual([
          one.chatId,
          two.chatId,
          bob.chatId,
        ]);
        expect({ userCount, active, entity }).toEqual({ userCount: 2, active: true, entity: 'xcon:lobby@localhost' });
        expect(BigInt(version ?? 0)).toBe(view.version);
        const { rows } = await replica(0).context.database.pool.query(
          `select chat_id from room_state.endpoints where room_id = $1 and state = 'joined' order by ordinal`,
          [view.room],
        );
        expect(rows.map((row: { chat_id: string }) => row.chat_id)).toEqual([one.chatId, two.chatId, bob.chatId]);
      }
  });

  it('XCON-025 VER-001 who leaves is gone from the document, which has a new version', async () => {
    const uri = 'sip:minutes@localhost';
    await enter(replica(0), uri, 'alice');
    const bob = await enter(replica(1), uri, 'bob');
    const before = await viewOf(uri, 'alice');
    expect(reading(before).logging.active).toBe(true);
    await replica(1).context.rooms.leave(bob.room, bob.chatId, LeaveCause.DEPARTED);
    const after = await viewOf(uri, 'alice');
    expect(after.version).toBe(before.version + 1n);
    expect(reading(after)).toMatchObject({ userCount: 1 });
    expect(after.document).not.toContain(bob.chatId);
  });

  it('NOTIF-009 XCON-017 POL-004 each sees by its right, and equal views are told', async () => {
    const uri = 'sip:council@localhost';
    await enter(replica(0), uri, 'alice');
    await enter(replica(0), uri, 'bob');
    const [moderator, member, administrator] = [
      await viewOf(uri, 'alice'),
      await viewOf(uri, 'bob'),
      await viewOf(uri, 'operator'),
    ];
    expect([moderator.privileged, member.privileged, administrator.privileged]).toEqual([true, false, true]);
    expect(moderator.document).toContain('allowed-users-list');
    expect(member.document).not.toContain('allowed-users-list');
    expect(reading(member).users.map(({ roles }) => roles)).toEqual([['moderator', 'participant'], ['participant']]);
    expect(member.view).not.toBe(moderator.view);
    if (administrator.view === moderator.view) expect(administrator.document).toBe(moderator.document);
  });

  it('EVT-001 NOTIF-008 who may not look is refused; what nobody may know of is unknown', async () => {
    expect(await refusalOf('sip:council@localhost', 'carol')).toBe(Refusal.FORBIDDEN);
    expect(await refusalOf('sip:nowhere@localhost', 'alice')).toBe(Refusal.UNKNOWN_ROOM);
    expect(await refusalOf('sip:council@localhost', undefined)).not.toBeUndefined();
    const xcon = await (calls[0] as ConferenceCalls).create(
      asUser('alice'),
      `<conference-description><conf-uris><entry><uri>sip:quiet@localhost</uri><purpose>participation</purpose></entry></conf-uris>
         <chat:room-policy secret="true"/></conference-description>
       <conference-state><xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription></conference-state>
       <users><xcon:join-handling>allow</xcon:join-handling></users>`,
    );
    expect(await refusalOf('sip:quiet@localhost', 'bob')).toBe(Refusal.UNKNOWN_ROOM);
    expect(await refusalOf('sip:quiet@localhost', 'alice')).toBe(Refusal.FORBIDDEN);
    const removed = await (calls[0] as ConferenceCalls).perform(
      ConferenceMessage.CONF,
      Operation.DELETE,
      asUser('alice'),
      {
        object: xcon,
      },
    );
    expect(removed.code).toBe(200);
    expect(await refusalOf('sip:quiet@localhost', 'alice')).toBe(Refusal.UNKNOWN_ROOM);
  });

  it('POL-020 SEC-009 a hidden user is in nobody else’s document; a private one without its identity', async () => {
    const uri = 'sip:masks@localhost';
    await enter(replica(0), uri, 'alice');
    await enter(replica(0), uri, 'bob');
    await enter(replica(0), uri, 'carol');
    const room = await viewOf(uri, 'alice');
    const set = async (by: string, name: string, level: string): Promise<void> => {
      const document = `<user xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info"
        entity="${userId(name)}"><xcon:provide-anonymity>${level}</xcon:provide-anonymity></user>`;
      const answer = await (calls[0] as ConferenceCalls).perform(ConferenceMessage.USER, Operation.UPDATE, asUser(by), {
        object: room.xconUri,
        document,
      });
      expect(answer.code, answer.detail).toBe(200);
    };
    await set('operator', 'bob', 'hidden');
    await set('carol', 'carol', 'private');
    for (const name of ['alice', 'operator']) {
      const { document } = await viewOf(uri, name);
      expect(document).not.toContain('bob');
      expect(document).not.toContain('carol');
      expect(reading({ document })).toMatchObject({ userCount: 2 });
    }
    expect((await viewOf(uri, 'bob')).document).toContain(userId('bob'));
    expect((await viewOf(uri, 'carol')).document).toContain(userId('carol'));
  });
});
