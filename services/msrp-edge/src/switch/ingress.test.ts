import { Direction } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { busWith, cpim, ROOM_URI, settle, World } from '../testing.js';

describe('what a participant sends', () => {
  it('CHAT-008 CHAT-010 CHAT-011 a message reaches every other participant as a new SEND with the same body', async () => {
    const world = new World();
    const [alice, bob, carol] = [await world.join('alice'), await world.join('bob'), await world.join('carol')];
    const body = cpim(alice.entity, ROOM_URI, 'hello \u00e9\u4e16');
    const id = alice.send(body, { messageId: 'first1', headers: ['X-Foo: 1', 'Success-Report: no'] });
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(alice.texts()).toEqual([]);
    for (const client of [bob, carol]) {
      expect(client.texts()).toEqual(['hello \u00e9\u4e16']);
      const { head, body: copy } = client.socket.requests[0]!;
      expect(Buffer.from(copy!).toString('utf8')).toBe(body);
      expect(head.transactionId).not.toBe(id);
      expect(head.messageId).toMatch(/^k3v9x0qa\.[0-9a-z]+$/);
      expect(head.failureReport).toBe('partial');
      expect(head.contentType).toBe('message/cpim');
      expect(head.byteRange).toEqual({ start: 1, end: Buffer.byteLength(body), total: Buffer.byteLength(body) });
      expect(head.otherHeaders).toEqual([]);
      expect(client.socket.raw).toContain(`To-Path: ${client.own}\r\nFrom-Path: ${client.path}\r\n`);
    }
  });

  it('RPT-003 MSRP-022 the 200 names the Message-ID and goes to the leftmost From-Path URI', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'x'), { messageId: 'mid123' });
    await settle();
    expect(alice.socket.raw).toContain(
      `MSRP ${id} 200 OK\r\nTo-Path: ${alice.own}\r\nFrom-Path: ${alice.path}\r\nMessage-ID: mid123\r\n-------${id}$\r\n`,
    );
  });

  it.each([
    ['yes', 200, 403],
    ['partial', undefined, 403],
    ['no', undefined, undefined],
  ])('RPT-002 Failure-Report %s: success answered %s, error answered %s', async (value, success, failure) => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const headers = [`Failure-Report: ${value}`];
    const good = alice.send(cpim(alice.entity, ROOM_URI, 'good'), { headers });
    const bad = alice.send(cpim(bob.entity, ROOM_URI, 'forged'), { headers });
    await settle();
    expect(alice.status(good)).toBe(success);
    expect(alice.status(bad)).toBe(failure);
    expect(bob.texts()).toEqual(['good']);
  });

  it('RPT-007 fig 16: Success-Report yes with Failure-Report no gets no 200 but one REPORT of the whole range', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const body = cpim(alice.entity, ROOM_URI, 'x');
    const id = alice.send(body, { messageId: 'mid456', headers: ['Failure-Report: no', 'Success-Report: yes'] });
    await settle();
    expect(alice.status(id)).toBeUndefined();
    const [report, ...more] = alice.socket.requests;
    expect(more).toEqual([]);
    expect(report!.head).toMatchObject({
      method: 'REPORT',
      messageId: 'mid456',
      byteRange: { start: 1, end: body.length, total: body.length },
      status: { namespace: '000', code: 200 },
    });
  });

  it('ERR-006 RPT-007 no 200 and no REPORT while the log has not answered', async () => {
    const held: (() => void)[] = [];
    const world = new World({
      wrapBus: (bus) =>
        busWith(bus, { publishToLog: (_, onResult) => void held.push(() => onResult({ kind: 'timeout' })) }),
    });
    const alice = await world.join('alice');
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'x'), { headers: ['Success-Report: yes'] });
    await settle();
    expect(held).toHaveLength(1);
    for (const answer of held) answer();
    await settle();
    expect(alice.status(id)).toBeUndefined();
    expect(alice.socket.requests).toEqual([]);
    expect(world.edge.requests.get('SEND', 0)).toBe(1);
  });

  it('CHAT-001 CHAT-002 a body that is not Message/CPIM is 415, before its size is looked at', async () => {
    const world = new World({ policy: { maxSizeBytes: 10n } });
    const alice = await world.join('alice');
    const id = alice.send('plain text, and too long', { contentType: 'text/plain' });
    await settle();
    expect(alice.status(id)).toBe(415);
  });

  it.each<[string, number, string, (alice: string, bob: string) => string]>([
    ['CHAT-003 From of another member', 403, '', (_, bob) => cpim(bob, ROOM_URI, 'x')],
    ['CHAT-003 From of nobody', 403, '', () => cpim('sip:nobody@localhost', ROOM_URI, 'x')],
    ['CHAT-007 two To', 403, '', (alice) => cpim(alice, `${ROOM_URI}>\r\nTo: <${ROOM_URI}`, 'x')],
    ['PRIV-002 To of nobody', 404, '', (alice) => cpim(alice, 'sip:nobody@localhost', 'x')],
    ['PRIV-012 CPIM-006 a nickname in To', 400, '', (alice) => cpim(alice, 'x', 'x').replace('To: <x>', 'To: Bobby')],
    ['CPIM-014 no From', 400, '', (alice) => cpim(alice, ROOM_URI, 'x').replace(/^From.*\r\n/, '')],
    ['CPIM-013 a flood of headers', 413, '', (alice) => `X: ${'y'.repeat(9000)}\r\n${cpim(alice, ROOM_URI, 'x')}`],
    ['CHAT-013 a type the room does not take', 415, 'text/plain', (alice) => cpim(alice, ROOM_URI, 'x', 'image/png')],
    ['RCPT-004 an IMDN to the room', 403, '', (alice) => cpim(alice, ROOM_URI, 'x', 'message/imdn+xml')],
  ])('%s is %i and reaches nobody', async (_, status, type, body) => {
    const world = new World({ policy: { wrappedTypes: type === '' ? [] : [type] } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = alice.send(body(alice.entity, bob.entity));
    await settle();
    expect(alice.status(id)).toBe(status);
    expect(bob.texts()).toEqual([]);
    expect(await world.bus.lastSeq('000' as never, '01HZZZZZZZZZZZZZZZZZZZZZZZ' as never, 'all')).toBe(0);
  });

  it('CHAT-006 ;transport=tcp in To still names the room', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    alice.send(cpim(alice.entity, `${ROOM_URI};transport=tcp`, 'x'));
    await settle();
    expect(bob.texts()).toEqual(['x']);
  });

  it('RPT-020 a message above the size of the room is 413, declared or not', async () => {
    const world = new World({ policy: { maxSizeBytes: 200n } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const declared = alice.send(cpim(alice.entity, ROOM_URI, 'x'), { byteRange: '1-*/999999', flag: '+' });
    const real = alice.send(cpim(alice.entity, ROOM_URI, 'y'.repeat(300)));
    await settle();
    expect(alice.status(declared)).toBe(413);
    expect(alice.status(real)).toBe(413);
    expect(bob.texts()).toEqual([]);
  });

  it('CHAT-028 excess over the rate of the room is 403', async () => {
    const world = new World({ policy: { ratePerSecond: 1, rateBurst: 2 } });
    const alice = await world.join('alice');
    const ids = [1, 2, 3].map((n) => alice.send(cpim(alice.entity, ROOM_URI, String(n))));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([200, 200, 403]);
    world.clock.advance(1_000);
    const later = alice.send(cpim(alice.entity, ROOM_URI, '4'));
    await settle();
    expect(alice.status(later)).toBe(200);
  });

  it('CHAT-033 recvonly may not speak, sendonly receives nothing', async () => {
    const world = new World();
    const muted = await world.join('muted', { capabilities: { direction: Direction.RECVONLY } });
    const speaker = await world.join('speaker', { capabilities: { direction: Direction.SENDONLY } });
    const refused = muted.send(cpim(muted.entity, ROOM_URI, 'x'));
    const taken = speaker.send(cpim(speaker.entity, ROOM_URI, 'y'));
    await settle();
    expect([muted.status(refused), speaker.status(taken)]).toEqual([403, 200]);
    expect(muted.texts()).toEqual(['y']);
    world.edge.update(muted.chatId, {
      ...world.roomState.endpoints.get(muted.chatId)!.capabilities,
      direction: Direction.SENDRECV,
    });
    const allowed = muted.send(cpim(muted.entity, ROOM_URI, 'z'));
    await settle();
    expect(muted.status(allowed)).toBe(200);
    expect(speaker.texts()).toEqual([]);
  });

  it('RCPT-001 composing is passed on once per second; what is above is answered 200 and dropped', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const type = 'application/im-iscomposing+xml';
    const ids = [1, 2, 3].map((n) => alice.send(cpim(alice.entity, ROOM_URI, String(n), type)));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([200, 200, 200]);
    expect(bob.texts()).toEqual(['1']);
  });

  it('MSRP-018 TRN-022 AUTH and unknown methods are 501', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const ids = ['AUTH', 'FOO'].map((method) => alice.request(method, []));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([501, 501]);
  });

  it('TRN-022 AUTH as a client of a relay sends it, to no session, is 501, malformed or not', async () => {
    const world = new World();
    const alice = await world.join('alice', { bind: false });
    const from = 'From-Path: msrp://127.0.0.1:7654/x;tcp';
    for (const [id, to] of [
      ['relayed1', 'To-Path: msrp://alice@127.0.0.1:2855;tcp'],
      ['relayed2', 'To-Path: nonsense'],
      ['relayed3', `To-Path: ${alice.path}`],
    ])
      alice.raw(`MSRP ${id} AUTH\r\n${to}\r\n${from}\r\n-------${id}$\r\n`);
    await settle();
    expect(['relayed1', 'relayed2', 'relayed3'].map((id) => alice.status(id))).toEqual([501, 501, 501]);
    expect(world.edge.requests.get('AUTH', 501)).toBe(3);
    // It bound nothing.
    world.clock.advance(65_000);
    expect(world.edge.sessionCount).toBe(0);
  });

  it.each([
    ['none', ''],
    ['one that is no URI', 'To-Path: nonsense\r\n'],
  ])('MSRP-020 To-Path: %s is 400 from the edge itself, and without From-Path nothing', async (_what, toPath) => {
    const world = new World();
    const alice = await world.join('alice');
    alice.raw(`MSRP lost1234 SEND\r\n${toPath}From-Path: ${alice.own}\r\nMessage-ID: abcd\r\n-------lost1234$\r\n`);
    alice.raw(`MSRP lost5678 SEND\r\n${toPath}Message-ID: abcd\r\n-------lost5678$\r\n`);
    await settle();
    expect(alice.socket.raw).toContain(
      `MSRP lost1234 400 Bad Request\r\nTo-Path: ${alice.own}\r\nFrom-Path: msrp://127.0.0.1:2855;tcp\r\n`,
    );
    expect(alice.status('lost5678')).toBeUndefined();
    expect(alice.socket.ended).toBe(false);
  });

  it.each([
    ['an endless header', `X: ${'x'.repeat(20_000)}`],
    ['header fields without end', 'X: 1\r\n'.repeat(4_000)],
  ])('MSRP-020 %s is 400, and then the connection is closed', async (_what, flood) => {
    const world = new World();
    const alice = await world.join('alice');
    const answeredWhenEnded: (number | undefined)[] = [];
    const end = alice.socket.end.bind(alice.socket);
    alice.socket.end = (): void => {
      answeredWhenEnded.push(alice.status('flood123'));
      end();
    };
    alice.raw(`MSRP flood123 SEND\r\nTo-Path: ${alice.path}\r\nFrom-Path: ${alice.own}\r\n${flood}`);
    await settle();
    expect(answeredWhenEnded).toEqual([400]);
  });

  it('TRN-030 a bodiless SEND is answered and goes nowhere', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = alice.send(undefined);
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(bob.socket.requests).toEqual([]);
  });

  it('TRN-016 CHAT-024 the same Message-ID twice: two 200, one copy', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const body = cpim(alice.entity, ROOM_URI, 'once');
    const ids = [1, 2].map(() => alice.send(body, { messageId: 'same1' }));
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([200, 200]);
    expect(bob.texts()).toEqual(['once']);
  });

  it('TRN-016 a resend that the log stores a second time is shown once', async () => {
    let nowMs = 0;
    const world = new World({ bus: { nowMs: () => nowMs } });
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const body = cpim(alice.entity, ROOM_URI, 'once');
    alice.send(body, { messageId: 'same1' });
    await settle();
    nowMs += 180_000;
    const again = alice.send(body, { messageId: 'same1' });
    await settle();
    expect(alice.status(again)).toBe(200);
    expect(bob.texts()).toEqual(['once']);
    expect(world.edge.counters.duplicatesSuppressed).toBe(1);
  });

  it('CHAT-023 messages of one sender stay in order and at most one is on its way to the log', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const sent = Array.from({ length: 50 }, (_, n) => `n${n}`);
    for (const text of sent) alice.send(cpim(alice.entity, ROOM_URI, text));
    await settle(150);
    expect(bob.texts()).toEqual(sent);
    expect(alice.socket.responses.filter(({ status }) => status === 200)).toHaveLength(51);
  });

  it('CHAT-023 over its bound a session is not read, and read again when half is gone', async () => {
    const world = new World({ limits: { sessionInboundBytes: 1_000 } });
    const alice = await world.join('alice');
    for (let n = 0; n < 10; n++) alice.send(cpim(alice.entity, ROOM_URI, 'x'.repeat(200)));
    expect(alice.socket.paused).toBe(true);
    await settle(60);
    expect(alice.socket.paused).toBe(false);
    expect(alice.socket.responses).toHaveLength(11);
  });

  it('CHAT-020 CHAT-021 what recipients answer or report never reaches the sender', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    alice.send(cpim(alice.entity, ROOM_URI, 'x'));
    await settle();
    const copy = bob.socket.requests[0]!;
    const before = alice.socket.raw;
    bob.respond(copy, 400);
    bob.request('REPORT', [`Message-ID: ${copy.head.messageId}`, 'Byte-Range: 1-1/1', 'Status: 000 400 no']);
    await settle();
    expect(alice.socket.raw).toBe(before);
    expect(bob.socket.responses).toHaveLength(1);
  });
});
