/** What the tests of transactions, dialogs and user agents share. Not part of the package's surface. */
import { HeaderFields } from '@plenary/wire';
import { createUacDialog, type Dialog } from '../dialog/dialog.js';
import { buildAck } from '../dialog/request.js';
import type { SipFlow, SipMessage, SipRequest, SipResponse } from '../message.js';
import type { ClientTransaction } from './client-transaction.js';
import { parseMessage } from '../parser.js';
import { serializeMessage } from '../serializer.js';
import { isFlow, type RandomBytes, type SipClock, type SipTarget, type SipTransport } from './interface.js';
import { createUserAgent, type UserAgent, type UserAgentOptions } from './user-agent.js';

/** Time that stands still until it is told to go on. */
export class FakeClock implements SipClock {
  #now = 0;
  #order = 0;
  readonly #timers = new Map<number, { at: number; fn: () => void }>();

  nowMs(): number {
    return this.#now;
  }

  setTimer(ms: number, fn: () => void): { cancel(): void } {
    this.#order += 1;
    const id = this.#order;
    this.#timers.set(id, { at: this.#now + ms, fn });
    return { cancel: () => this.#timers.delete(id) };
  }

  /** Timers that are running. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass; between two timers, what was promised is done. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = [...this.#timers].filter(([, timer]) => timer.at <= end).toSorted(byTime)[0];
      if (next === undefined) break;
      const [id, timer] = next;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, timer.at);
      timer.fn();
      await settle();
    }
    this.#now = end;
  }
}

function byTime(a: [number, { at: number }], b: [number, { at: number }]): number {
  return a[1].at - b[1].at || a[0] - b[0];
}

/** Lets every promise that is due go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** Octets that repeat from run to run and not within one. */
export function countingRandom(seed = 1): RandomBytes {
  let state = seed;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
}

/** A flow as the transport would name it. */
export function flowOf(transport: SipFlow['transport'] = 'UDP', id = `${transport}:1`): SipFlow {
  const place = { remoteAddress: '192.0.2.1', remotePort: 5060, localAddress: '192.0.2.9', localPort: 5060 };
  return { id, transport, ...place };
}

/** A request with the header fields every request has; `headers` replaces those of the same name. */
export function requestOf(method: string, headers: Readonly<Record<string, string>> = {}, body = ''): SipRequest {
  const base: Record<string, string> = {
    Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKaaa;rport',
    'Max-Forwards': '70',
    From: 'Alice <sip:alice@example.com>;tag=a1',
    To: '<sip:lobby@example.com>',
    'Call-ID': 'call-1',
    CSeq: `1 ${method}`,
    Contact: '<sip:alice@192.0.2.1:5060>',
    ...headers,
  };
  const fields = new HeaderFields(Object.entries(base).filter(([, value]) => value !== ''));
  return {
    kind: 'request',
    method,
    requestUri: 'sip:lobby@example.com',
    headers: fields,
    body: new TextEncoder().encode(body),
  };
}

/** Octets and back, so that no two ends share an object. */
export function copyOf<T extends SipMessage>(message: T): T {
  const parsed = parseMessage(serializeMessage(message));
  if (!parsed.ok) throw parsed.error;
  return parsed.value as T;
}

/** One end of a `FakeWire`. */
export interface FakeEnd extends SipTransport {
  receive(message: SipMessage, flow: SipFlow): void;
}

/**
 * Two transports joined back to back. Each message is copied, logged and, unless `drop` says so, delivered in a later turn. Whatever the target, it reaches the
 * other end, except that a port of 1 refuses.
 */
export class FakeWire {
  readonly log: string[] = [];
  /** Messages that went over the wire, dropped or not. */
  readonly sent: { from: string; message: SipMessage }[] = [];
  drop: (message: SipMessage, from: string) => boolean = () => false;
  readonly #clock: SipClock;
  readonly #ends = new Map<string, FakeEnd>();

  constructor(clock: SipClock) {
    this.#clock = clock;
  }

  end(name: string, peer: string): FakeEnd {
    const end: FakeEnd = {
      receive: () => undefined,
      hasFlow: () => true,
      close: () => Promise.resolve(),
      send: async (message: SipMessage, target: SipTarget) => {
        if (!isFlow(target) && target.port === 1) throw new Error('refused');
        const line = message.kind === 'request' ? message.method : `${message.status}`;
        this.sent.push({ from: name, message });
        const isLost = this.drop(message, name);
        this.log.push(`${this.#clock.nowMs()} ${name} ${line}${isLost ? ' lost' : ''}`);
        if (isLost) return;
        const copy = copyOf(message);
        await Promise.resolve();
        this.#ends.get(peer)?.receive(copy, flowOf(target.transport, `${name}-${target.transport}`));
      },
    };
    this.#ends.set(name, end);
    return end;
  }
}

/** Alice's and Bob's user agents, a fake wire between them. */
export interface Pair {
  readonly clock: FakeClock;
  readonly wire: FakeWire;
  readonly alice: UserAgent;
  readonly bob: UserAgent;
  /** Where Alice finds Bob. */
  readonly target: SipTarget;
}

/** Bob does what `options` says; Alice only asks. */
export function createPair(
  options: Partial<UserAgentOptions>,
  transport: SipFlow['transport'] = 'UDP',
  aliceOptions: Partial<UserAgentOptions> = {},
): Pair {
  const clock = new FakeClock();
  const wire = new FakeWire(clock);
  const make = (name: string, peer: string, host: string, seed: number, more: Partial<UserAgentOptions>): UserAgent => {
    const end = wire.end(name, peer);
    const agent = createUserAgent({
      transport: end,
      clock,
      random: countingRandom(seed),
      sentBy: () => ({ host, port: 5060 }),
      onRequest: (transaction) => void transaction.respond(501),
      ...more,
    });
    end.receive = (message, flow) => agent.receive(message, flow);
    return agent;
  };
  const alice = make('alice', 'bob', '192.0.2.1', 1, aliceOptions);
  const bob = make('bob', 'alice', '192.0.2.2', 2, options);
  return { clock, wire, alice, bob, target: { transport, host: '192.0.2.2', port: 5060 } };
}

/** Contact of the called side. */
export const CONTACT = [['Contact', '<sip:lobby@192.0.2.2:5060>;isfocus']] as const;

/** The dialog of a response that makes one. */
export function dialogOf(request: SipRequest, response: SipResponse): Dialog {
  const dialog = createUacDialog(request, response, false);
  if (!dialog.ok) throw dialog.error;
  return dialog.value;
}

/** Alice's first request, with no Via: the user agent adds it. */
export const invite = (headers: Record<string, string> = {}): SipRequest =>
  requestOf('INVITE', { Via: '', ...headers });
/** A request outside dialogs that is no INVITE. */
export const options = (): SipRequest => requestOf('OPTIONS', { Via: '' });

/** INVITE that is acknowledged as soon as its 2xx is there. */
export function call(pair: Pair, heard: string[] = []): { transaction: ClientTransaction; made: { dialog?: Dialog } } {
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
