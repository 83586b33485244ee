import { shardId } from '@plenary/bus';
import { StateEvent, type StateChange } from '@plenary/proto/chat';
import { parseSubscriptionState, type ServerTransaction, type SipRequest, type SubscriptionState } from '@plenary/sip';
import type { RoomId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { readFragment } from '@plenary/xcon';
import { vi } from 'vitest';
import type { Client, Headers, Invited, Joined } from './client.js';
import type { FakeConference } from './fake-documents.js';
import type { Installation } from './installation.js';

export interface SubscribeParts {
  readonly room: string;
  readonly accept?: string;
  readonly expires?: number;
  readonly event?: string;
  readonly headers?: Headers;
}

/** Header fields of a SUBSCRIBE to the conference event package. */
export function subscribeHeaders(parts: Omit<SubscribeParts, 'room'> = {}): Record<string, string> {
  return {
    Event: parts.event ?? 'conference',
    ...(parts.accept === undefined ? {} : { Accept: parts.accept }),
    ...(parts.expires === undefined ? {} : { Expires: String(parts.expires) }),
    ...parts.headers,
  };
}

/** A NOTIFY as a test reads it. */
export interface Notified {
  readonly request: SipRequest;
  readonly state: SubscriptionState;
  readonly body: string;
  readonly contentType: string | undefined;
  /** Throws where there is no document. */
  document(): XmlElement;
}

/** One subscription in a test's hand: what it was answered, and every NOTIFY of it in order. */
export class TestSubscription {
  readonly client: Client;
  readonly answered: Invited;
  joined: Joined;
  readonly #callId: string;

  constructor(client: Client, answered: Invited) {
    this.client = client;
    this.answered = answered;
    this.joined = client.dialogOf(answered);
    this.#callId = answered.request.headers.get('Call-ID') ?? '';
  }

  /** NOTIFYs so far; of one Event id, where given. */
  notified(event?: string): Notified[] {
    return notifiesOf(this.client, this.#callId, event);
  }

  /** Waits for so many in all, and returns the last of them. */
  async next(count: number, event?: string): Promise<Notified> {
    return vi.waitFor(
      () => {
        const found = this.notified(event)[count - 1];
        if (!found) throw new Error(`${String(this.notified(event).length)} of ${String(count)} NOTIFYs came`);
        return found;
      },
      { timeout: 10_000, interval: 10 },
    );
  }

  /** SUBSCRIBE again, in the dialog. */
  again(
    parts: Omit<SubscribeParts, 'room'> & { readonly port?: number; readonly authenticate?: boolean } = {},
  ): Promise<Invited> {
    const { port, authenticate } = parts;
    return this.client.inDialog(this.joined, 'SUBSCRIBE', {
      headers: subscribeHeaders(parts),
      ...(port === undefined ? {} : { port }),
      ...(authenticate === undefined ? {} : { authenticate }),
    });
  }
}

export async function subscribe(client: Client, parts: SubscribeParts): Promise<TestSubscription> {
  const request = client.build('SUBSCRIBE', { to: parts.room, headers: subscribeHeaders(parts) });
  return new TestSubscription(client, await client.authenticated(request));
}

/** The NOTIFYs a device got in one dialog, repetitions left out. */
export function notifiesOf(client: Client, callId: string, event?: string): Notified[] {
  const seen = new Set<string>();
  return client.received.flatMap((message) => {
    if (message.kind !== 'request' || message.method !== 'NOTIFY') return [];
    const { headers } = message;
    const sequence = headers.get('CSeq') ?? '';
    if (headers.get('Call-ID') !== callId || seen.has(sequence)) return [];
    if (event !== undefined && headers.get('Event') !== event) return [];
    seen.add(sequence);
    return [read(message)];
  });
}

function read(request: SipRequest): Notified {
  const state = parseSubscriptionState(request.headers.get('Subscription-State') ?? '');
  if (!state.ok) throw state.error;
  const body = Buffer.from(request.body).toString('utf8');
  return {
    request,
    state: state.value,
    body,
    contentType: request.headers.get('Content-Type'),
    document() {
      const document = readFragment(body);
      if (!document.ok) throw document.error;
      return document.value;
    },
  };
}

/** Answers NOTIFYs with that status, everything else with 200. */
export function answersNotify(client: Client, status: number): void {
  client.onRequest = (transaction: ServerTransaction) => {
    transaction.respond(transaction.request.method === 'NOTIFY' ? status : 200);
  };
}

const changed: NonNullable<StateChange['change']> = { $case: 'conferenceChanged', value: {} };

/** The room is at its next version, and says so. */
export async function tellRoom(
  installation: Installation,
  conference: FakeConference,
  change: () => void,
  as: NonNullable<StateChange['change']> = changed,
): Promise<void> {
  change();
  conference.version += 1n;
  const event = StateEvent.fromPartial({
    room: conference.room,
    epoch: 1,
    version: conference.version,
    changes: [{ change: as }],
  });
  const result = await installation.bus.publishToLogAsync({
    shard: shardId(3),
    room: conference.room as RoomId,
    kind: 'st',
    msgId: `${conference.room}/st/${String(conference.version)}`,
    payload: StateEvent.encode(event).finish(),
  });
  if (result.kind !== 'stored') throw new Error(result.kind);
}

/** Waits until the check no longer throws, as long as a busy machine may take. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 });
}
