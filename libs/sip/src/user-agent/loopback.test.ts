import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createUacDialog, createUasDialog, type Dialog } from '../dialog/dialog.js';
import { buildAck, buildDialogRequest } from '../dialog/request.js';
import type { SipFlow, SipMessage } from '../message.js';
import { openSipTransport } from '../net/transport.js';
import type { SipAddress, SipClock, SipTransport } from './interface.js';
import type { ServerTransaction } from './server-transaction.js';
import { requestOf } from './testing.js';
import { createUserAgent, type UserAgent } from './user-agent.js';

const clock: SipClock = {
  nowMs: () => Date.now(),
  setTimer: (ms, fn) => {
    const timer = setTimeout(fn, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A user agent on real sockets; what `lose` says is not sent. */
async function open(
  onRequest: (transaction: ServerTransaction, agent: UserAgent) => void,
  lose: (message: SipMessage) => boolean = () => false,
): Promise<{ agent: UserAgent; port: number }> {
  const transport = await openSipTransport({
    host: '127.0.0.1',
    port: 0,
    onMessage: (message, flow) => agent.receive(message, flow),
    onError: (fault) => {
      throw new Error(fault.detail);
    },
    onFlowClosed: (flow: SipFlow) => agent.flowClosed(flow),
  });
  const lossy: SipTransport = {
    ...transport,
    send: (message, target) => (lose(message) ? Promise.resolve() : transport.send(message, target)),
  };
  const agent: UserAgent = createUserAgent({
    transport: lossy,
    clock,
    random: (length) => randomBytes(length),
    sentBy: () => ({ host: '127.0.0.1', port: transport.port }),
    timers: { t1Ms: 20, t2Ms: 160, t4Ms: 200, tryingMs: 10 },
    onRequest: (transaction) => onRequest(transaction, agent),
  });
  closers.push(async () => {
    agent.close();
    await transport.close();
  });
  return { agent, port: transport.port };
}

/** INVITE, ACK, then BYE from the called side; resolves with what was seen. */
async function conversation(transport: 'UDP' | 'TCP', lose?: (message: SipMessage) => boolean): Promise<string[]> {
  const seen: string[] = [];
  let over: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    over = resolve;
  });
  const bob = await open((transaction, agent) => {
    if (transaction.request.method !== 'INVITE') {
      transaction.respond(481);
      return;
    }
    transaction.watch({
      onAcknowledged: () => {
        seen.push('acknowledged');
        const made = createUasDialog(transaction.request, {
          localTag: transaction.localTag,
          state: 'confirmed',
          secureTransport: false,
        });
        if (!made.ok) throw made.error;
        const bye = buildDialogRequest(made.value, 'BYE');
        // Over UDP by the Contact, over TCP by the connection that stands.
        const target = transport === 'TCP' ? transaction.flow : addressOf(made.value, transport);
        agent.request(bye.request, target, {
          onFinal: (response) => {
            seen.push(`BYE ${response.status}`);
            over();
          },
        });
      },
    });
    transaction.respond(180);
    transaction.respond(200, { headers: [['Contact', `<sip:lobby@127.0.0.1:${bob.port}>`]] });
  }, lose);
  const alice = await open((transaction) => void transaction.respond(200), lose);
  const invite = requestOf('INVITE', { Via: '', Contact: `<sip:alice@127.0.0.1:${alice.port}>` });
  const transaction = alice.agent.request(
    invite,
    { transport, host: '127.0.0.1', port: bob.port },
    {
      onFinal: (response) => {
        seen.push(`INVITE ${response.status}`);
        const dialog = createUacDialog(transaction.request, response, false);
        if (!dialog.ok) throw dialog.error;
        transaction.acknowledge(buildAck(dialog.value, 1).request);
      },
    },
  );
  await done;
  return seen;
}

function addressOf(dialog: Dialog, transport: 'UDP' | 'TCP'): SipAddress {
  const port = Number(/:(\d+)$/u.exec(dialog.remoteTarget)?.[1]);
  return { transport, host: '127.0.0.1', port };
}

describe('user agents over loopback', () => {
  it.each(['UDP', 'TCP'] as const)(
    'SIP-001 SIP-014 SIP-020 SIP-029 a call over %s, ended by who was called',
    async (transport) => {
      expect(await conversation(transport)).toEqual(['INVITE 200', 'acknowledged', 'BYE 200']);
    },
  );

  it('SIP-014 SIP-016 SIP-023 the call stands although the first sending of everything is lost', async () => {
    const sent = new Set<string>();
    const seen = await conversation('UDP', (message) => {
      const what = message.kind === 'request' ? message.method : `${message.status} ${message.headers.get('CSeq')}`;
      const isFirst = !sent.has(what);
      sent.add(what);
      return isFirst;
    });
    expect(seen).toEqual(['INVITE 200', 'acknowledged', 'BYE 200']);
  });

  it.each(['UDP', 'TCP'] as const)('SIP-026 CANCEL over %s', async (transport) => {
    const bob = await open((transaction) => void transaction.respond(180));
    const alice = await open(() => undefined);
    const status = await new Promise<number>((resolve) => {
      const transaction = alice.agent.request(
        requestOf('INVITE', { Via: '' }),
        { transport, host: '127.0.0.1', port: bob.port },
        { onProvisional: () => transaction.cancel(), onFinal: (response) => resolve(response.status) },
      );
    });
    expect(status).toBe(487);
  });

  it('SIP-011 a large request to a UDP address arrives over TCP', async () => {
    let over: string | undefined;
    const bob = await open((transaction) => {
      over = transaction.flow.transport;
      transaction.respond(200);
    });
    const alice = await open(() => undefined);
    const status = await new Promise<number>((resolve) => {
      alice.agent.request(
        requestOf('NOTIFY', { Via: '' }, 'x'.repeat(5_000)),
        { transport: 'UDP', host: '127.0.0.1', port: bob.port },
        { onFinal: (response) => resolve(response.status) },
      );
    });
    expect([status, over]).toEqual([200, 'TCP']);
  });
});
