import { describe, expect, it, vi } from 'vitest';
import { createUasDialog, type Dialog } from '../dialog/dialog.js';
import type { SipResponse } from '../message.js';
import type { ServerTransaction } from './server-transaction.js';
import { call, CONTACT, countingRandom, createPair, dialogOf, flowOf, invite, options, requestOf } from './testing.js';
import { createUserAgent } from './user-agent.js';

describe('CANCEL', () => {
  it('SIP-026 waits for a provisional response, gets 200, and the INVITE 487; a late 200 of the user is refused', async () => {
    const waiting: ServerTransaction[] = [];
    const cancelled = vi.fn();
    const pair = createPair({
      onRequest: (transaction) => {
        transaction.watch({ onCancelled: cancelled });
        waiting.push(transaction);
      },
    });
    const heard: string[] = [];
    const { transaction } = call(pair, heard);
    transaction.cancel();
    transaction.cancel();
    await pair.clock.advance(199);
    expect(pair.wire.log.some((line) => line.includes('CANCEL'))).toBe(false);
    await pair.clock.advance(10);
    expect(heard).toEqual(['100', '487 peer']);
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(waiting[0]?.isCancelled).toBe(true);
    expect(waiting[0]?.respond(200, { headers: CONTACT })).toBe(false);
    const to = pair.wire.sent
      .filter(({ from, message }) => from === 'bob' && message.kind === 'response' && message.status > 100)
      .map(({ message }) => message.headers.get('To'));
    expect(new Set(to).size).toBe(1);
    await pair.clock.advance(70_000);
    expect(pair.clock.pending).toBe(0);
  });

  it('SIP-026 has no effect after a final response', async () => {
    const cancelled = vi.fn();
    let asked: ServerTransaction | undefined;
    const pair = createPair({
      onRequest: (transaction) => {
        asked = transaction;
        transaction.watch({ onCancelled: cancelled });
        transaction.respond(180);
      },
    });
    const heard: string[] = [];
    const { transaction } = call(pair, heard);
    await pair.clock.advance(1);
    // Bob answers while the CANCEL is on its way.
    transaction.cancel();
    asked?.respond(200, { headers: CONTACT });
    await pair.clock.advance(100);
    expect(pair.wire.log.some((line) => line.includes('alice CANCEL'))).toBe(true);
    expect(heard).toEqual(['180', '200 peer']);
    expect(cancelled).not.toHaveBeenCalled();
  });

  it('SIP-026 without its INVITE is 481, or the business of who asked for it', async () => {
    const pair = createPair({});
    const cancel = requestOf('CANCEL', { Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKlost' });
    const flow = flowOf();
    pair.bob.receive(cancel, flow);
    expect(pair.wire.log).toEqual(['0 bob 481']);
    const stray = vi.fn((transaction: ServerTransaction) => void transaction.respond(200));
    const other = createPair({ onStrayCancel: stray });
    other.bob.receive(cancel, flow);
    expect(other.wire.log).toEqual(['0 bob 200']);
  });

  it.each(['SUBSCRIBE', 'NOTIFY', 'OPTIONS'])('EVT-009 of a %s is answered 200 and has no effect on it', (method) => {
    const waiting: ServerTransaction[] = [];
    const pair = createPair({ onRequest: (transaction) => waiting.push(transaction) });
    const Via = 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKsub';
    pair.bob.receive(requestOf(method, { Via }), flowOf());
    pair.bob.receive(requestOf('CANCEL', { Via }), flowOf());
    expect(pair.wire.log).toEqual(['0 bob 200']);
    expect(waiting[0]?.isAnswered).toBe(false);
    expect(waiting[0]?.respond(404)).toBe(true);
    expect(pair.wire.log).toEqual(['0 bob 200', '0 bob 404']);
  });

  it('SIP-026 an INVITE whose Expires runs out unanswered gets 487', async () => {
    const cancelled = vi.fn();
    const pair = createPair({
      onRequest: (transaction) => {
        transaction.watch({ onCancelled: cancelled });
        transaction.respond(182);
      },
    });
    const heard: string[] = [];
    pair.alice.request(invite({ Expires: '30' }), pair.target, {
      onFinal: (response) => heard.push(`${response.status}`),
    });
    await pair.clock.advance(29_999);
    expect(heard).toEqual([]);
    await pair.clock.advance(10);
    expect(heard).toEqual(['487']);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('SIP-016 a cancelled INVITE that never ends is given up after 64*T1', async () => {
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(180) });
    const heard: string[] = [];
    const { transaction } = call(pair, heard);
    await pair.clock.advance(1);
    pair.wire.drop = (message) => message.kind === 'response';
    transaction.cancel();
    await pair.clock.advance(32_001);
    expect(heard).toEqual(['180', '408 timeout']);
  });
});

describe('failover', () => {
  it('SIP-012 the next target is tried after a transport failure, with a new branch; then the answer counts', async () => {
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(200) });
    const heard: string[] = [];
    const dead = { transport: 'UDP', host: '192.0.2.7', port: 1 } as const;
    pair.alice.request(options(), [dead, pair.target], {
      onFinal: (response, origin) => heard.push(`${response.status} ${origin}`),
    });
    await pair.clock.advance(10);
    expect(heard).toEqual(['200 peer']);
  });

  it('SIP-012 after a timeout and after a 503; other refusals are final', async () => {
    const statuses = [503, 486];
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(statuses.shift() ?? 500) });
    const heard: string[] = [];
    pair.wire.drop = () => pair.clock.nowMs() < 32_000;
    const target = pair.target;
    pair.alice.request(options(), [target, target, target, target], {
      onFinal: (response) => heard.push(`${response.status}`),
    });
    await pair.clock.advance(33_000);
    expect(heard).toEqual(['486']);
    const branches = pair.wire.sent
      .filter(({ from }) => from === 'alice')
      .map(({ message }) => /branch=(\w+)/u.exec(message.headers.get('Via') ?? '')?.[1]);
    expect(new Set(branches).size).toBe(3);
  });

  it('SIP-011 a request over 1300 octets goes over TCP, and over UDP when there is no TCP', async () => {
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(200) });
    const big = { ...requestOf('NOTIFY', { Via: '' }, 'x'.repeat(1_300)) };
    const vias = (): (string | undefined)[] =>
      pair.wire.sent
        .filter(({ from }) => from === 'alice')
        .map(({ message }) => message.headers.get('Via')?.split(' ')[0]);
    pair.alice.request(big, pair.target, { onFinal: () => undefined });
    pair.alice.request(requestOf('NOTIFY', { Via: '' }, 'x'.repeat(800)), pair.target, { onFinal: () => undefined });
    await pair.clock.advance(1);
    expect(vias()).toEqual(['SIP/2.0/TCP', 'SIP/2.0/UDP']);
    const noTcp = createPair({ onRequest: (transaction) => void transaction.respond(200) });
    const end = noTcp.wire.end('carol', 'bob');
    const tried: string[] = [];
    const carol = createUserAgent({
      transport: {
        ...end,
        send: async (message, target) => {
          tried.push(target.transport);
          if (target.transport === 'TCP') throw new Error('ECONNREFUSED');
          return end.send(message, target);
        },
      },
      clock: noTcp.clock,
      random: countingRandom(3),
      sentBy: () => ({ host: '192.0.2.3' }),
      onRequest: () => undefined,
    });
    carol.request(big, noTcp.target, { onFinal: () => undefined });
    await noTcp.clock.advance(1);
    expect(tried).toEqual(['TCP', 'UDP']);
  });
});

describe('limits and strangers', () => {
  it('SIP-033 above the limit a new request gets 503 with Retry-After and leaves nothing; inside a dialog there is a tenth more', async () => {
    const pair = createPair({
      onRequest: () => undefined,
      limits: { serverTransactions: 10, clientTransactions: 100, retryAfterS: 7 },
    });
    const send = (toTag: string): Promise<string> =>
      new Promise((resolve) => {
        pair.alice.request(requestOf('OPTIONS', { Via: '', To: `<sip:x@y>${toTag}` }), pair.target, {
          onFinal: (response) => resolve(`${response.status} ${response.headers.get('Retry-After')}`),
        });
      });
    for (let i = 0; i < 10; i += 1) void send('');
    await pair.clock.advance(1);
    const refused = send('');
    await pair.clock.advance(1);
    await expect(refused).resolves.toBe('503 7');
    expect(pair.bob.counts.serverTransactions).toBe(10);
    void send(';tag=d');
    await pair.clock.advance(1);
    expect(pair.bob.counts.serverTransactions).toBe(11);
  });

  it('SIP-033 our own requests above the limit fail as a transport failure', async () => {
    const limits = { serverTransactions: 10, clientTransactions: 1, retryAfterS: 7 };
    const pair = createPair({ onRequest: () => undefined }, 'UDP', { limits });
    const heard: string[] = [];
    pair.alice.request(options(), pair.target, { onFinal: () => heard.push('first') });
    pair.alice.request(options(), pair.target, { onFinal: (_response, origin) => heard.push(origin) });
    await pair.clock.advance(1);
    expect(heard).toEqual(['transport-failure']);
  });

  it('SIP-013 responses with a foreign sent-by, an unknown branch or two Vias are dropped', async () => {
    const pair = createPair({ onRequest: () => undefined });
    const heard: string[] = [];
    const transaction = pair.alice.request(options(), pair.target, {
      onFinal: (response) => heard.push(`${response.status}`),
    });
    await pair.clock.advance(1);
    const flow = flowOf();
    const answer = (via: (old: string) => string): SipResponse => {
      const headers = transaction.request.headers.clone();
      headers.set('Via', via(headers.get('Via') ?? ''));
      return { kind: 'response', status: 200, reason: 'OK', headers, body: new Uint8Array(0) };
    };
    pair.alice.receive(
      answer((old) => old.replace('192.0.2.1', '192.0.2.66')),
      flow,
    );
    pair.alice.receive(
      answer((old) => old.replace('branch=', 'branch=z9hG4bKno')),
      flow,
    );
    pair.alice.receive(
      answer((old) => `${old}, SIP/2.0/UDP 192.0.2.5`),
      flow,
    );
    expect(heard).toEqual([]);
    pair.alice.receive(
      answer((old) => old),
      flow,
    );
    expect(heard).toEqual(['200']);
  });

  it('SIP-017 the same request by another way is told as merged', async () => {
    const merged: boolean[] = [];
    const pair = createPair({ onRequest: (transaction) => merged.push(transaction.isMerged) });
    const flow = flowOf();
    for (const branch of ['one', 'two', 'one']) {
      pair.bob.receive(requestOf('INVITE', { Via: `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK${branch}` }), flow);
    }
    expect(merged).toEqual([false, true]);
  });

  it('AUTH-008 a stateless refusal leaves no transaction, and comes out the same again', async () => {
    const pair = createPair({
      onRequest: (transaction) => void transaction.respondStatelessly(401, { toTag: 'same' }),
    });
    const flow = flowOf();
    for (let i = 0; i < 3; i += 1) pair.bob.receive(requestOf('INVITE'), flow);
    expect(pair.bob.counts.serverTransactions).toBe(0);
    expect(pair.clock.pending).toBe(0);
    expect(pair.wire.sent.map(({ message }) => message.headers.get('To'))).toEqual(
      Array(3).fill('<sip:lobby@example.com>;tag=same'),
    );
  });

  it('SIP-016 a provisional response to anything but INVITE is a mistake of ours', () => {
    const pair = createPair({
      onRequest: (transaction) => {
        expect(() => transaction.respond(180)).toThrow(TypeError);
        transaction.respond(200);
      },
    });
    const flow = flowOf();
    pair.bob.receive(requestOf('OPTIONS'), flow);
    expect(pair.wire.log).toEqual(['0 bob 200']);
  });

  it('closing drops every timer', async () => {
    const pair = createPair({ onRequest: (transaction) => void transaction.respond(200, { headers: CONTACT }) });
    pair.wire.drop = (message) => message.kind === 'response';
    call(pair);
    await pair.clock.advance(10);
    pair.alice.close();
    pair.bob.close();
    expect(pair.clock.pending).toBe(0);
    expect(() => pair.alice.request(options(), pair.target, { onFinal: () => undefined })).toThrow(TypeError);
  });
});

describe('Record-Route', () => {
  it('SIP-019 a 2xx that makes a dialog copies it, and both ends have the same way', async () => {
    let theirs: Dialog | undefined;
    const pair = createPair({
      onRequest: (transaction) => {
        const made = createUasDialog(transaction.request, {
          localTag: transaction.localTag,
          state: 'confirmed',
          secureTransport: false,
        });
        if (made.ok) theirs = made.value;
        transaction.respond(200, { headers: CONTACT });
      },
    });
    let ours: Dialog | undefined;
    const transaction = pair.alice.request(
      invite({ 'Record-Route': '<sip:p2.example.com;lr>, <sip:p1.example.com;lr>' }),
      pair.target,
      { onFinal: (response) => (ours = dialogOf(transaction.request, response)) },
    );
    await pair.clock.advance(1);
    expect(theirs?.routeSet).toEqual(['<sip:p2.example.com;lr>', '<sip:p1.example.com;lr>']);
    expect(ours?.routeSet).toEqual(['<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>']);
  });
});
