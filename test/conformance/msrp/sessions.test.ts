import { describe, expect, it } from 'vitest';
import { ident, offer, request } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, settings: { 'msrp-edge': { MSRP_EDGE_GRACE_MS: '60000' } } });

describe('the session of a request', () => {
  it('TRN-011 an unknown session-id is 481', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const toPath = alice.toPath.replace(/\/[^/;]+;/, '/nobody.nothing;');
    expect(await alice.ask({ toPath })).toMatchObject({ status: 481 });
    expect((await alice.ask({ toPath, body: alice.cpim() })).status).toBe(481);
    expect((await alice.ask({ toPath, method: 'NICKNAME' })).status).toBe(481);
    expect((await alice.ping()).status).toBe(200);
  });

  it('TRN-011 two URIs in To-Path are 481, and with Failure-Report no there is no answer', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const toPath = `msrp://127.0.0.1:1/x;tcp ${alice.toPath}`;
    expect((await alice.ask({ toPath })).status).toBe(481);
    const id = ident();
    alice.msrp.write(alice.octets({ id, toPath, headers: [`Message-ID: ${id}`, 'Failure-Report: no'] }));
    await alice.ping();
    expect(alice.answersTo(id)).toEqual([]);
  });

  it('TRN-011 after BYE it is 481', async () => {
    const alice = await system.join(await system.room(), 'alice');
    expect((await alice.caller.bye(alice.room)).status).toBe(200);
    const socket = await system.msrp(alice.toPath.slice('msrp://'.length).split('/')[0]);
    const answer = async (): Promise<number> => {
      const id = ident();
      socket.write(alice.octets({ id, headers: [`Message-ID: ${id}`] }));
      return (await socket.answer(id)).status;
    };
    // The session ends at the edge a moment after the 200 to BYE: until then it is in use by its connection.
    await expect.poll(answer).toBe(481);
  });

  it('TRN-012 a session bound to another connection is 506, and goes on there', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const other = await system.msrp(alice.toPath.slice('msrp://'.length).split('/')[0]);
    const id = ident();
    other.write(alice.octets({ id, headers: [`Message-ID: ${id}`] }));
    expect(await other.answer(id)).toMatchObject({ status: 506, phrase: 'Session already in use' });
    expect((await alice.say('still mine')).status).toBe(200);
  });

  it('TRN-012 at an edge that does not own it, it is 481', async () => {
    const alice = await system.join(await system.room(), 'alice', { bind: false });
    const own = alice.toPath.slice('msrp://'.length).split('/')[0];
    const elsewhere = [1, 2].map((number) => system.edgeAddress(number)).find((address) => address !== own);
    const socket = await system.msrp(elsewhere);
    const id = ident();
    socket.write(alice.octets({ id, headers: [`Message-ID: ${id}`] }));
    expect((await socket.answer(id)).status).toBe(481);
    expect((await alice.ping()).status).toBe(200);
  });

  it('TRN-002 scheme, host and transport are compared without case, the session-id with', async () => {
    const alice = await system.join(await system.room(), 'alice');
    const toPath = alice.toPath.replace('msrp://', 'MSRP://').replace(';tcp', ';TCP');
    expect((await alice.ask({ toPath })).status).toBe(200);
    const [, id = ''] = /\/([^/;]+);/.exec(alice.toPath) ?? [];
    const swapped = id.replaceAll(/[a-zA-Z]/g, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    expect((await alice.ask({ toPath: alice.toPath.replace(id, swapped) })).status).toBe(481);
  });
});

describe('binding', () => {
  it('TRN-009 the edge says nothing on a session before its first request', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob', { bind: false });
    await alice.say('is bob here?');
    await alice.settled();
    expect(bob.msrp.receivedBytes).toBe(0);
    await bob.ping();
    expect(bob.msrp.frames[0]).toMatchObject({ status: 200 });
  });

  it('TRN-009 NICK-014 a NICKNAME binds like any first request', async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice', { bind: false });
    expect((await alice.nickname('"First"')).status).toBe(200);
    const bob = await system.join(room, 'bob');
    await bob.say('heard?');
    await alice.copy('heard?');
  });

  it('TRN-009 a SEND with a body binds and is served', async () => {
    const room = await system.room();
    const bob = await system.join(room, 'bob');
    const alice = await system.join(room, 'alice', { bind: false });
    expect((await alice.say('at once')).status).toBe(200);
    await bob.copy('at once');
  });

  it('TRN-014 a lost connection leaves a dead URI behind', async () => {
    const alice = await system.join(await system.room(), 'alice');
    alice.msrp.destroy();
    const socket = await system.msrp(alice.toPath.slice('msrp://'.length).split('/')[0]);
    const answer = async (): Promise<number> => {
      const id = ident();
      socket.write(alice.octets({ id, headers: [`Message-ID: ${id}`] }));
      return (await socket.answer(id)).status;
    };
    await expect.poll(answer).toBe(481);
  });

  it('TRN-005 TRN-014 SDP-021 a re-INVITE with a new path gives a new URI, and the old one dies', async () => {
    const room = await system.room();
    const bob = await system.join(room, 'bob');
    const alice = await system.join(room, 'alice');
    alice.msrp.destroy();
    const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
    const answer = await alice.caller.invite(room, offer({ path, version: 2 }));
    expect(answer.status).toBe(200);
    await alice.caller.ack(room);
    const again = await system.seated(room, alice.caller, answer, path);
    expect(again.toPath).not.toBe(alice.toPath);
    await bob.say('welcome back');
    await again.copy('welcome back');
    expect((await again.ask({ toPath: alice.toPath })).status).toBe(481);
  });
});

describe('one connection, two rooms', () => {
  it('TRN-005 TRN-017 two sessions share it and do not mix', async () => {
    const first = await system.room();
    const one = await system.join(first, 'alice');
    const address = one.toPath.slice('msrp://'.length).split('/')[0];
    // Both sessions have to be at one edge to share a connection to it, and each room has its own order of edges.
    let second = await system.room();
    let two = await system.join(second, 'alice', { bind: false });
    for (let i = 0; i < 20 && !two.toPath.includes(address!); i++) {
      second = await system.room();
      two = await system.join(second, 'alice', { bind: false });
    }
    expect(two.toPath).toContain(address);
    const shared = await system.seated(second, two.caller, two.answer, two.fromPath, { msrp: one.msrp });
    expect(shared.toPath).not.toBe(one.toPath);
    const [bob, carol] = [await system.join(first, 'bob'), await system.join(second, 'carol')];
    await bob.say('to the first');
    await carol.say('to the second');
    expect(field(await one.copy('to the first'), 'To-Path')).toBe(one.fromPath);
    expect(field(await shared.copy('to the second'), 'To-Path')).toBe(shared.fromPath);
    await one.say('from one');
    await shared.say('from two');
    await bob.copy('from one');
    await carol.copy('from two');
    expect(await bob.copiesAfterMarker(one, 'from two')).toEqual([]);
    await shared.caller.bye(second);
    expect((await one.say('the other goes on')).status).toBe(200);
  });

  it('TRN-018 answers go back on the connection of the request', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    const ids = Array.from({ length: 20 }, () => ident());
    for (const [index, id] of ids.entries())
      (index % 2 === 0 ? alice : bob).msrp.write(
        (index % 2 === 0 ? alice : bob).octets({ id, headers: [`Message-ID: ${id}`] }),
      );
    for (const [index, id] of ids.entries()) {
      await (index % 2 === 0 ? alice : bob).msrp.answer(id);
      expect((index % 2 === 0 ? bob : alice).answersTo(id)).toEqual([]);
    }
  });
});

describe('URIs of ours', () => {
  it('TRN-001 TRN-003 TRN-004 have a port, a transport, a long secret and less than 40 characters of session-id', async () => {
    const room = await system.room();
    const seen = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const seat = await system.join(room, `user${String(i)}`, { bind: false });
      const [, port, chatId, secret] =
        /^msrp:\/\/127\.0\.0\.1:(\d+)\/([0-9a-z]{12})\.([A-Za-z0-9_-]{14,});tcp$/.exec(seat.toPath) ?? [];
      expect(Number(port)).toBeGreaterThan(0);
      expect(`${chatId ?? ''}.${secret ?? ''}`.length).toBeLessThan(40);
      seen.add(secret ?? '');
    }
    expect(seen.size).toBe(5);
  });
});

describe('keeping alive', () => {
  it('TRN-030 a SEND without body is answered and nobody hears of it', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    for (let i = 0; i < 5; i++) expect((await alice.ping()).status).toBe(200);
    await alice.say('after the pings');
    await bob.copy('after the pings');
    expect(bob.copies()).toHaveLength(1);
  });

  it('TRN-022 AUTH without the relay role is 501', async () => {
    const alice = await system.join(await system.room(), 'alice');
    expect((await alice.ask({ method: 'AUTH' })).status).toBe(501);
  });

  it('TRN-022 AUTH as a client of a relay sends it is 501', async () => {
    const socket = await system.msrp();
    const id = ident();
    const toPath = `msrp://alice@${system.edgeAddress()};tcp`;
    socket.write(request({ id, method: 'AUTH', toPath, fromPath: 'msrp://127.0.0.1:7654/x;tcp' }));
    expect((await socket.answer(id)).status).toBe(501);
  });
});

describe('one message twice', () => {
  it('TRN-016 a repeated Message-ID is answered and passed on once', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    const parts = { headers: ['Message-ID: twice-the-same'] };
    expect((await alice.say('only once', parts)).status).toBe(200);
    expect((await alice.say('only once', parts)).status).toBe(200);
    expect(await bob.copiesAfterMarker(alice, 'only once')).toHaveLength(1);
  });
});
