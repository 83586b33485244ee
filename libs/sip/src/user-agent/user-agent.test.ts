import { describe, expect, it, vi } from 'vitest';
import { buildAck, buildDialogRequest } from '../dialog/request.js';
import type { SipResponse } from '../message.js';
import type { ServerTransaction } from './server-transaction.js';
import { call, CONTACT, createPair, dialogOf, flowOf, invite, options } from './testing.js';

describe('a call', () => {
  it('SIP-014 SIP-018 SIP-023 SIP-029 INVITE, 200, ACK, BYE: every message once, one To tag, nothing left behind', async () => {
    const acknowledged = vi.fn();
    const tags: string[] = [];
    const pair = createPair({
      onRequest: (transaction) => {
        if (transaction.request.method === 'INVITE') {
          tags.push(transaction.localTag);
          transaction.watch({ onAcknowledged: acknowledged });
          transaction.respond(180);
          transaction.respond(200, { headers: CONTACT });
        } else transaction.respond(200);
      },
    });
    const heard: string[] = [];
    const { made } = call(pair, heard);
    await pair.clock.advance(100);
    expect(heard).toEqual(['180', '200 peer']);
    expect(acknowledged).toHaveBeenCalledTimes(1);
    expect(made.dialog?.remoteTag).toBe(tags[0]);
    if (made.dialog === undefined) throw new Error('no dialog');
    const bye = buildDialogRequest(made.dialog, 'BYE').request;
    pair.alice.request(bye, pair.target, { onFinal: (response) => heard.push(`BYE ${response.status}`) });
    await pair.clock.advance(100);
    expect(heard.at(-1)).toBe('BYE 200');
    expect(pair.wire.log.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'alice INVITE',
      'bob 180',
      'bob 200',
      'alice ACK',
      'alice BYE',
      'bob 200',
    ]);
    await pair.clock.advance(64_000);
    for (const agent of [pair.alice, pair.bob]) {
      expect(agent.counts).toEqual({ serverTransactions: 0, clientTransactions: 0, unacknowledged: 0 });
    }
    expect(pair.clock.pending).toBe(0);
  });

  it('SIP-014 100 goes out by itself after 200 ms, and not when the user was faster', async () => {
    const waiting: ServerTransaction[] = [];
    const pair = createPair({ onRequest: (transaction) => waiting.push(transaction) });
    const heard: string[] = [];
    call(pair, heard);
    await pair.clock.advance(199);
    expect(heard).toEqual([]);
    await pair.clock.advance(1);
    expect(heard).toEqual(['100']);
    waiting[0]?.respond(486);
    await pair.clock.advance(60_000);
    expect(heard).toEqual(['100', '486 peer']);
    expect(pair.wire.log.filter((line) => line.endsWith(' 100'))).toHaveLength(1);
  });

  it('SIP-014 a refusal goes out at T1, doubled up to T2, until the ACK; timer H ends it', async () => {
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(486) });
    pair.wire.drop = (message) => message.kind === 'request' && message.method === 'ACK';
    call(pair);
    await pair.clock.advance(40_000);
    const times = pair.wire.log.filter((line) => line.endsWith('bob 486')).map((line) => Number(line.split(' ')[0]));
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(pair.bob.counts.serverTransactions).toBe(0);
  });

  it('SIP-014 a retransmitted INVITE gets the last response and is no second call', async () => {
    const requests = vi.fn((transaction: ServerTransaction) => void transaction.respond(180));
    const pair = createPair({ onRequest: requests });
    // Every provisional response is lost, so Alice goes on with timer A.
    pair.wire.drop = (message) => message.kind === 'response';
    call(pair);
    await pair.clock.advance(4_000);
    expect(requests).toHaveBeenCalledTimes(1);
    expect(
      pair.wire.log.filter((line) => line.includes('alice INVITE')).map((line) => Number(line.split(' ')[0])),
    ).toEqual([0, 500, 1500, 3500]);
    expect(pair.wire.log.filter((line) => line.includes('bob 180'))).toHaveLength(4);
  });

  it('SIP-015 a retransmitted INVITE after the 200 creates no second dialog', async () => {
    const requests = vi.fn((transaction: ServerTransaction) => void transaction.respond(200, { headers: CONTACT }));
    const pair = createPair({ onRequest: requests });
    pair.wire.drop = (message) => message.kind === 'response' && pair.clock.nowMs() < 1_000;
    const { made } = call(pair);
    await pair.clock.advance(10_000);
    expect(pair.wire.log.filter((line) => line.includes('alice INVITE')).length).toBeGreaterThan(1);
    expect(requests).toHaveBeenCalledTimes(1);
    expect(made.dialog?.state).toBe('confirmed');
  });

  it('SIP-016 a lost request is sent again and answered; lost answers are given again from the transaction', async () => {
    const requests = vi.fn((transaction: ServerTransaction) => void transaction.respond(200));
    const pair = createPair({ onRequest: requests });
    let toLose = 3;
    pair.wire.drop = () => toLose-- > 0;
    const final = vi.fn();
    pair.alice.request(options(), pair.target, { onFinal: final });
    await pair.clock.advance(32_000);
    expect(final).toHaveBeenCalledTimes(1);
    expect(requests).toHaveBeenCalledTimes(1);
  });
});

describe('no answer', () => {
  it('SIP-016 non-INVITE: timer E doubles up to T2, timer F is a 408', async () => {
    const pair = createPair({});
    pair.wire.drop = () => true;
    const heard: string[] = [];
    pair.alice.request(options(), pair.target, {
      onFinal: (response, origin) => heard.push(`${response.status} ${origin}`),
    });
    await pair.clock.advance(31_999);
    expect(heard).toEqual([]);
    await pair.clock.advance(1);
    expect(heard).toEqual(['408 timeout']);
    const times = pair.wire.log.map((line) => Number(line.split(' ')[0]));
    expect(times).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    expect(pair.clock.pending).toBe(0);
  });

  it('SIP-016 INVITE: timer A doubles without end, timer B is a 408', async () => {
    const pair = createPair({});
    pair.wire.drop = () => true;
    const heard: string[] = [];
    call(pair, heard);
    await pair.clock.advance(32_000);
    expect(heard).toEqual(['408 timeout']);
    expect(pair.wire.log.map((line) => Number(line.split(' ')[0]))).toEqual([0, 500, 1500, 3500, 7500, 15500, 31500]);
  });

  it('SIP-016 over TCP nothing is sent twice, the timeout is the same', async () => {
    const pair = createPair({}, 'TCP');
    pair.wire.drop = () => true;
    const final = vi.fn();
    pair.alice.request(options(), pair.target, { onFinal: final });
    await pair.clock.advance(32_000);
    expect(pair.wire.log).toHaveLength(1);
    expect(final.mock.calls[0]?.[1]).toBe('timeout');
  });

  it('SIP-016 a transport that refuses is a 503', async () => {
    const pair = createPair({});
    const heard: string[] = [];
    pair.alice.request(
      options(),
      { transport: 'UDP', host: '192.0.2.2', port: 1 },
      {
        onFinal: (response, origin) => heard.push(`${response.status} ${origin}`),
      },
    );
    await pair.clock.advance(0);
    expect(heard).toEqual(['503 transport-failure']);
  });

  it('SIP-016 a connection that closes fails what waits on it, and only that', async () => {
    const pair = createPair({ onRequest: () => undefined }, 'TCP');
    const heard: string[] = [];
    const flow = flowOf('TCP', 'f1');
    pair.alice.request(options(), flow, { onFinal: (_response, origin) => heard.push(`f1 ${origin}`) });
    pair.alice.request(
      options(),
      { ...flow, id: 'f2' },
      { onFinal: (_response, origin) => heard.push(`f2 ${origin}`) },
    );
    await pair.clock.advance(1);
    pair.alice.flowClosed(flow);
    expect(heard).toEqual(['f1 transport-failure']);
  });
});

describe('the ACK of a 2xx', () => {
  it.each(['UDP', 'TCP'] as const)(
    'SIP-023 over %s the 200 is sent again, T1 to T2, until the ACK comes',
    async (transport) => {
      const acknowledged = vi.fn();
      const pair = createPair(
        {
          onRequest: (transaction) => {
            transaction.watch({ onAcknowledged: acknowledged });
            transaction.respond(200, { headers: CONTACT });
          },
        },
        transport,
      );
      pair.wire.drop = (message) =>
        message.kind === 'request' && message.method === 'ACK' && pair.clock.nowMs() < 7_000;
      call(pair);
      await pair.clock.advance(30_000);
      const at = (what: string): number[] =>
        pair.wire.log.filter((line) => line.includes(what)).map((line) => Number(line.split(' ')[0]));
      expect(at('bob 200')).toEqual([0, 500, 1500, 3500, 7500]);
      // Each repeated 200 is acknowledged again.
      expect(at('alice ACK')).toEqual([0, 500, 1500, 3500, 7500]);
      expect(acknowledged).toHaveBeenCalledTimes(1);
      expect(pair.bob.counts.unacknowledged).toBe(0);
    },
  );

  it('SIP-023 no ACK in 64*T1: the user is told once, nothing is sent any more', async () => {
    const lapsed = vi.fn();
    const pair = createPair({
      onRequest: (transaction) => {
        transaction.watch({ onUnacknowledged: lapsed });
        transaction.respond(200, { headers: CONTACT });
      },
    });
    pair.wire.drop = (message) => message.kind === 'request' && message.method === 'ACK';
    call(pair);
    await pair.clock.advance(31_999);
    expect(lapsed).not.toHaveBeenCalled();
    await pair.clock.advance(1);
    expect(lapsed).toHaveBeenCalledTimes(1);
    const soFar = pair.wire.log.length;
    await pair.clock.advance(60_000);
    expect(pair.wire.log).toHaveLength(soFar);
    expect(pair.clock.pending).toBe(0);
  });

  it('SIP-023 an ACK with another CSeq, tag or Call-ID acknowledges nothing; it is told as stray', async () => {
    const acknowledged = vi.fn();
    const stray = vi.fn();
    const pair = createPair({
      onRequest: (transaction) => {
        transaction.watch({ onAcknowledged: acknowledged });
        transaction.respond(200, { headers: CONTACT });
      },
      onStrayAck: stray,
    });
    const transaction = pair.alice.request(invite(), pair.target, {
      onFinal: (response) => {
        const dialog = dialogOf(transaction.request, response);
        transaction.acknowledge(buildAck(dialog, 2).request);
        transaction.acknowledge(buildAck({ ...dialog, callId: 'other' }, 1).request);
        transaction.acknowledge(buildAck({ ...dialog, remoteAddress: '<sip:x@y>;tag=guess' }, 1).request);
      },
    });
    await pair.clock.advance(100);
    expect(acknowledged).not.toHaveBeenCalled();
    expect(stray).toHaveBeenCalledTimes(3);
    expect(pair.bob.counts.unacknowledged).toBe(1);
  });

  it('SIP-023 SIP-029 a BYE that overtakes the ACK ends the wait', async () => {
    const lapsed = vi.fn();
    const pair = createPair({
      onRequest: (transaction) => {
        transaction.watch({ onUnacknowledged: lapsed });
        transaction.respond(200, { headers: CONTACT });
      },
    });
    pair.wire.drop = (message) => message.kind === 'request' && message.method === 'ACK';
    const { made } = call(pair);
    await pair.clock.advance(100);
    if (made.dialog === undefined) throw new Error('no dialog');
    pair.alice.request(buildDialogRequest(made.dialog, 'BYE').request, pair.target, { onFinal: () => undefined });
    await pair.clock.advance(70_000);
    expect(lapsed).not.toHaveBeenCalled();
    expect(pair.bob.counts.unacknowledged).toBe(0);
  });

  it('RFC 3261 §13.2.2.4 a 2xx of another fork is told once, and acknowledged each time it comes', async () => {
    const pair = createPair({ onRequest: () => undefined });
    const heard: string[] = [];
    const { transaction } = call(pair, heard);
    await pair.clock.advance(300);
    const answer = (tag: string): SipResponse => {
      const headers = transaction.request.headers.clone().set('To', `<sip:lobby@example.com>;tag=${tag}`);
      return { kind: 'response', status: 200, reason: 'OK', headers, body: new Uint8Array(0) };
    };
    const flow = flowOf();
    for (const tag of ['one', 'two', 'two']) pair.alice.receive(answer(tag), flow);
    expect(heard).toEqual(['100', '200 peer', 'again 200']);
    const second = dialogOf(transaction.request, answer('two'));
    transaction.acknowledge(buildAck(second, 1).request);
    pair.alice.receive(answer('two'), flow);
    await pair.clock.advance(1);
    const acks = pair.wire.sent.filter(({ message }) => message.kind === 'request' && message.method === 'ACK');
    expect(acks.map(({ message }) => /tag=(\w+)/u.exec(message.headers.get('To') ?? '')?.[1])).toEqual([
      'one',
      'two',
      'two',
    ]);
  });
});
