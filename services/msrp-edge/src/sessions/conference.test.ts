import { FileAudience, LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { cpim, policy, ROOM, ROOM_URI, settle, World, type TestClient } from '../testing.js';

const say = (client: TestClient, text: string): string => client.send(cpim(client.entity, ROOM_URI, text));
const LOGGED = 'Messages in this room are recorded.';
const NOT_LOGGED = 'Messages in this room are no longer recorded.';

describe('what the room says', () => {
  it('CHAT-030 a notice comes from the room, in the order of its messages, once, the same at every edge', async () => {
    const world = new World();
    const other = new World({ shares: world });
    const [alice, bob] = [await world.join('alice'), await other.join('bob')];
    const carol = await world.join('carol');
    say(alice, 'before');
    await settle();
    await world.roomState.publish({ $case: 'notice', value: { text: 'Ten minutes left.', audiencePid: '' } });
    await settle();
    say(alice, 'after');
    await settle();
    for (const client of [bob, carol]) expect(client.texts()).toEqual(['before', 'Ten minutes left.', 'after']);
    expect(alice.texts()).toEqual(['Ten minutes left.']);
    const [one, two] = [bob, carol].map((client) => client.socket.requests.find((_, n) => n === 1)!);
    expect(one!.head.messageId).toBe(two!.head.messageId);
    expect(Buffer.from(one!.body!).equals(Buffer.from(two!.body!))).toBe(true);
    expect(Buffer.from(one!.body!).toString()).toMatch(
      new RegExp(`^From: <${ROOM_URI}>\r\nTo: <${ROOM_URI}>\r\nDateTime: `),
    );
    expect(world.edge.counters.deliveriesSystem).toBe(2);
  });

  it('SIDE-011 a notice for one participant reaches its sessions only, also where they take no private messages', async () => {
    const world = new World();
    const [alice, bob] = [
      await world.join('alice'),
      await world.join('bob', { capabilities: { privateMessages: false } }),
    ];
    await world.roomState.publish(
      { $case: 'notice', value: { text: 'for all', audiencePid: '' } },
      { $case: 'notice', value: { text: 'for bob', audiencePid: bob.pid } },
    );
    await settle();
    expect([alice.texts(), bob.texts()]).toEqual([['for all'], ['for all', 'for bob']]);
    const ids = bob.socket.requests.map(({ head }) => head.messageId);
    expect(new Set(ids).size).toBe(2);
  });

  it('CHAT-026 who lags finds the notice in its place when it catches up, from the log too', async () => {
    const world = new World({ limits: { queueBytes: 2_000, recentEvents: 2 } });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    for (let n = 0; n < 20; n++) {
      say(alice, `${n} ${'.'.repeat(200)}`);
      await settle(4);
      if (n === 10)
        await world.roomState.publish({ $case: 'notice', value: { text: 'in the middle', audiencePid: '' } });
    }
    expect(world.edge.counters.lagged).toBeGreaterThan(0);
    while (slow.texts().length < 21) {
      world.drain(slow.socket);
      await settle(20);
    }
    expect(slow.texts().map((text) => text.split(' ')[0])).toEqual([
      ...Array.from({ length: 11 }, (_, n) => String(n)),
      'in',
      ...Array.from({ length: 9 }, (_, n) => String(n + 11)),
    ]);
  });

  it('CHAT-024 a notice whose live copy was lost comes late, and once', async () => {
    let lose = false;
    const world = new World({ bus: { keepLiveCopy: (event) => !(lose && event.kind === 'st') } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    lose = true;
    await world.roomState.publish({ $case: 'notice', value: { text: 'lost', audiencePid: '' } });
    await settle();
    lose = false;
    say(alice, 'message');
    await settle();
    await world.roomState.publish({ $case: 'notice', value: { text: 'seen', audiencePid: '' } });
    await settle(40);
    expect(bob.texts()).toEqual(['message', 'lost', 'seen']);
  });

  it('a notice that cannot be written is counted, and its event takes effect all the same', async () => {
    const world = new World();
    const bob = await world.join('bob');
    world.roomState.committedAtUs = 10n ** 18n;
    await world.roomState.publish(
      { $case: 'notice', value: { text: 'x', audiencePid: '' } },
      { $case: 'left', value: { pid: bob.pid, chatId: bob.chatId, cause: LeaveCause.BOOTED, lastEndpoint: true } },
    );
    await settle();
    expect([world.edge.counters.unreadableEvents, bob.socket.ended]).toEqual([1, true]);
  });

  it('changes that are not the edge’s change nothing here', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish(
      { $case: 'conferenceChanged', value: {} },
      { $case: 'rolesChanged', value: { pid: alice.pid, roles: ['moderator'] } },
      { $case: 'callWanted', value: { callId: 'c', uri: 'sip:x@y', userId: 'u' } },
      { $case: 'callGone', value: { callId: 'c' } },
      { $case: 'pendingDecided', value: { chatId: 'x', admitted: true } },
    );
    say(alice, 'still here');
    await settle();
    expect([alice.texts(), bob.texts()]).toEqual([[], ['still here']]);
    expect(world.roomState.roomsAsked).toBe(1);
  });
});

describe('logging', () => {
  it('LOG-001 LOG-003 who is here is told before the first logged message, when it starts and when it stops, once each', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy({ logged: true }) } });
    say(alice, 'logged');
    await settle();
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: false } });
    await settle();
    expect(bob.texts()).toEqual([LOGGED, 'logged', NOT_LOGGED]);
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    await settle();
    expect(alice.texts()).toEqual([LOGGED, NOT_LOGGED, LOGGED]);
  });

  it('LOG-001 the warning does not wait for a change of the room that is missing', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    // The event in between never reaches the log, and room-state is away.
    world.roomState.version++;
    world.roomState.failing = true;
    await world.roomState.publish({ $case: 'loggingChanged', value: { on: true } });
    say(alice, 'logged');
    await settle();
    expect(bob.texts()).toEqual([LOGGED, 'logged']);
  });

  it('LOG-003 who learns it from room-state is told as well', async () => {
    const world = new World({ policy: { logged: true } });
    const alice = await world.join('alice');
    world.roomState.version += 2n;
    world.roomState.policy = policy({ logged: false });
    await world.roomState.publish({ $case: 'conferenceChanged', value: {} });
    await settle();
    expect(alice.texts()).toEqual([LOGGED, NOT_LOGGED]);
  });
});

describe('the end of a stay', () => {
  it('SEC-002 after the kick not one octet of what is said next is written; other rooms and people go on', async () => {
    const world = new World();
    const [alice, bob, carol] = [await world.join('alice'), await world.join('bob'), await world.join('carol')];
    await world.roomState.leave(ROOM, bob.chatId, LeaveCause.BOOTED);
    await settle();
    const { raw } = bob.socket;
    expect(bob.socket.ended).toBe(true);
    say(alice, 'about bob');
    const refused = say(bob, 'still there?');
    await settle();
    expect(bob.socket.raw).toBe(raw);
    expect(bob.status(refused)).toBeUndefined();
    expect(carol.texts()).toEqual(['about bob']);
  });

  it('SEC-002 who lags when it is put out gets nothing more from the log', async () => {
    const world = new World({ limits: { queueBytes: 2_000, recentEvents: 2 } });
    const [alice, slow] = [await world.join('alice'), await world.join('slow')];
    slow.socket.stuck = true;
    for (let n = 0; n < 20; n++) {
      say(alice, '.'.repeat(300));
      await settle(4);
    }
    await world.roomState.leave(ROOM, slow.chatId, LeaveCause.BOOTED);
    say(alice, 'after');
    await settle();
    world.drain(slow.socket);
    await settle(40);
    expect(slow.socket.raw).not.toContain('after');
    expect(slow.socket.requests.length).toBeLessThan(20);
  });

  it('a notice in the event that puts somebody out is its last message', async () => {
    const world = new World();
    const bob = await world.join('bob');
    await world.roomState.publish(
      { $case: 'notice', value: { text: 'You are removed.', audiencePid: bob.pid } },
      { $case: 'left', value: { pid: bob.pid, chatId: bob.chatId, cause: LeaveCause.BOOTED, lastEndpoint: true } },
    );
    await settle();
    expect([bob.texts(), bob.socket.ended]).toEqual([['You are removed.'], true]);
  });

  it('VENUE-004 those in a room that closes are told where it goes on, before their sessions end', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const successorUri = 'sip:next@localhost';
    await world.roomState.publish({ $case: 'roomClosed', value: { reason: 'moved', successorUri } });
    await settle();
    expect(alice.texts()).toEqual(['This room is closed. It goes on at sip:next@localhost.']);
    expect(alice.socket.ended).toBe(true);
  });
});

describe('an anonymous participant', () => {
  it('POL-020 its From is the URI given, its own is 403 from then on; it is reached by the one and not by the other', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const entity = 'sip:anonymous-1@anonymous.invalid';
    const participant = { ...world.roomState.participant(alice.pid, ''), entity, identities: [entity] };
    world.roomState.participants.set(alice.pid, participant);
    await world.roomState.publish({ $case: 'participantChanged', value: { participant } });
    await settle();
    const [own, given] = [say(alice, 'own'), alice.send(cpim(entity, ROOM_URI, 'given'))];
    const [toOwn, toGiven] = [
      bob.send(cpim(bob.entity, 'sip:alice@localhost', 'a')),
      bob.send(cpim(bob.entity, entity, 'b')),
    ];
    await settle(30);
    expect([alice.status(own), alice.status(given)]).toEqual([403, 200]);
    expect([bob.status(toOwn), bob.status(toGiven)]).toEqual([404, 200]);
    expect([bob.texts(), alice.texts()]).toEqual([['given'], ['b']]);
  });

  it('POL-020 also where the change itself is missing and room-state says it', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const entity = 'sip:anonymous-1@anonymous.invalid';
    const participant = { ...world.roomState.participant(alice.pid, ''), entity, identities: [entity] };
    world.roomState.participants.set(alice.pid, participant);
    world.roomState.version++;
    await world.roomState.publish({ $case: 'conferenceChanged', value: {} });
    await settle();
    const [own, given] = [say(alice, 'own'), alice.send(cpim(entity, ROOM_URI, 'given'))];
    await settle();
    expect([alice.status(own), alice.status(given)]).toEqual([403, 200]);
  });
});

describe('files', () => {
  it('FILE-X-002 are refused where the room says nothing of them, whole and in chunks; the rest of a refused one too', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish({
      $case: 'policyChanged',
      value: { policy: policy({ files: FileAudience.UNSPECIFIED }) },
    });
    await settle();
    const image = cpim(alice.entity, ROOM_URI, '....', 'image/png');
    const ids = [
      alice.send(image),
      alice.send(image.slice(0, -2), { messageId: 'file1', byteRange: `1-*/${image.length}`, flag: '+' }),
      alice.send(image.slice(-2), { messageId: 'file1', byteRange: `${image.length - 1}-*/${image.length}` }),
    ];
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([403, 403, 403]);
    expect([bob.texts(), world.edge.counters.refused.file]).toEqual([[], 2]);
  });

  it('FILE-X-002 one that grows beyond the largest size without having said so ends with 413', async () => {
    const world = new World({ limits: { fragmentBytes: 256 } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy({ fileMaxBytes: 1_000n }) } });
    await settle();
    const image = cpim(alice.entity, ROOM_URI, '.'.repeat(1_001), 'image/png');
    const ids: string[] = [];
    for (const from of [0, 600]) {
      const options = { messageId: 'file1', byteRange: `${from + 1}-*/*` };
      ids.push(alice.send(image.slice(from, from + 600), { ...options, flag: from === 0 ? '+' : '$' }));
      await settle(20);
    }
    expect(ids.map((id) => alice.status(id))).toEqual([200, 413]);
    expect(bob.socket.requests.at(-1)?.flag).toBe('#');
  });

  it('FILE-X-004 one for somebody room-state has to name is judged like any private message', async () => {
    const world = new World();
    const alice = await world.join('alice');
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy({ files: FileAudience.ROOM }) } });
    const dave = world.roomState.participant('p-dave', 'sip:dave@localhost');
    dave.endpoints = structuredClone(world.roomState.participant(alice.pid, '').endpoints);
    dave.endpoints[0]!.chatId = 'dave00000000';
    await settle();
    const id = alice.send(cpim(alice.entity, 'sip:dave@localhost', '....', 'image/png'));
    await settle();
    expect([world.roomState.resolves, alice.status(id)]).toEqual([['sip:dave@localhost'], 403]);
  });
});
