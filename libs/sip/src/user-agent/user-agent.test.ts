import { describe, expect, it, vi } from 'vitest';
import { createUacDialog, createUasDialog, type Dialog } from '../dialog/dialog.js';
import { buildAck, buildDialogRequest } from '../dialog/request.js';
import type { SipRequest, SipResponse } from '../message.js';
import type { ServerTransaction } from './server-transaction.js';
import { countingRandom, createPair, flowOf, type Pair, requestOf } from './testing.js';
import { createUserAgent } from './user-agent.js';

const CONTACT = [['Contact', '<sip:lobby@192.0.2.2:5060>;isfocus']] as const;

function dialogOf(request: SipRequest, response: SipResponse): Dialog {
  const dialog = createUacDialog(request, response, false);
  if (!dialog.ok) throw dialog.error;
  return dialog.value;
}

/** Alice's first request, with no Via: the user agent adds it. */
const invite = (headers: Record<string, string> = {}): SipRequest => requestOf('INVITE', { Via: '', ...headers });
const options = (): SipRequest => requestOf('OPTIONS', { Via: '' });

/** INVITE that is acknowledged as soon as its 2xx is there. */
function call(pair: Pair, heard: string[] = []) {
  const made: { dialog?: Dialog } = {};
  const transaction = pair.alice.request(invite(), pair.target, {
    onProvisional: (response) => heard.push(`${response.status}`),
    onFinal: (response, origin) => {
      heard.push(`${response.status} ${origin}`);
      if (response.status >= 300) return;
      made.dialog = dialogOf(transaction.request, response);
      transaction.acknowledge(buildAck(made.dialog, 1).request);
    },
    onAnotherAnswer: (response) => heard.push(`again ${response.status}`),
  });
  return { transaction, made };
}

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
