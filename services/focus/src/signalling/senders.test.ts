import { beforeEach, describe, expect, it } from 'vitest';
import type { AuthOutcome } from '../auth/authenticator.js';
import { Senders } from './senders.js';
import { flowOf, requestOf, transactionOf } from './testing.js';

let outcome: AuthOutcome;
let rejected: string[];
let senders: Senders;
const alice = { uri: 'sip:alice@example.com', identities: ['sip:alice@example.com', 'tel:+1'], systemRoles: [] };

beforeEach(() => {
  outcome = { kind: 'authenticated', user: alice };
  rejected = [];
  senders = new Senders({
    authenticator: { authenticate: () => Promise.resolve(outcome) },
    hmac: (text) => Buffer.from(text).toString('hex'),
    events: { rejected: (reason) => rejected.push(reason) },
    replica: 'focus',
  });
});
const dialog = { flow: flowOf(), replica: 'focus', userUri: 'sip:alice@example.com' };

describe('who sends a request', () => {
  it('AUTH-001 AUTH-008 challenged without keeping anything, the same tag for a repetition', async () => {
    outcome = { kind: 'challenge', challenges: ['Digest x'] };
    const tags = await Promise.all(
      [1, 2].map(async () => {
        const { transaction, answers } = transactionOf(requestOf('INVITE'));
        expect(await senders.authenticated(transaction)).toBeUndefined();
        expect(answers[0]).toMatchObject({ status: 401, stateless: true });
        return answers[0]?.toTag;
      }),
    );
    expect(tags[0]).toBe(tags[1]);
  });

  it('AUTH-001 forbidden: 403; a From that cannot be read: 400', async () => {
    outcome = { kind: 'forbidden' };
    const forbidden = transactionOf(requestOf('INVITE'));
    expect(await senders.authenticated(forbidden.transaction)).toBeUndefined();
    expect(forbidden.answers[0]?.status).toBe(403);
    expect(rejected).toEqual(['auth']);
    const malformed = transactionOf(requestOf('INVITE', { From: '<nonsense' }));
    expect(await senders.authenticated(malformed.transaction)).toBeUndefined();
    expect(malformed.answers[0]?.status).toBe(400);
  });

  it('AUTH-015 in a dialog the flow speaks for the user; what is new is proven all the same', async () => {
    const { transaction } = transactionOf(requestOf('SUBSCRIBE'));
    const sender = await senders.inDialog(transaction, dialog);
    expect(sender?.viewer).toBeUndefined();
    expect(await sender?.prove()).toBe(alice);
  });

  it.each([
    ['another address', { ...dialog, flow: flowOf('192.0.2.8') }],
    ['a connection of another replica', { ...dialog, flow: flowOf('192.0.2.7', 'TCP'), replica: 'other' }],
  ])('AUTH-015 from %s: the user has to prove it', async (_what, other) => {
    const { transaction } = transactionOf(requestOf('SUBSCRIBE'));
    expect((await senders.inDialog(transaction, other))?.viewer).toBe(alice);
  });

  it('AUTH-015 through a proxy the flow is everybody’s: the user has to prove it', async () => {
    const Via = 'SIP/2.0/UDP proxy.example;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2';
    const { transaction } = transactionOf(requestOf('SUBSCRIBE', { Via }));
    expect((await senders.inDialog(transaction, dialog))?.viewer).toBe(alice);
  });

  it('AUTH-015 somebody else’s dialog: 403', async () => {
    const { transaction, answers } = transactionOf(requestOf('SUBSCRIBE'));
    const theirs = { ...dialog, flow: flowOf('192.0.2.8'), userUri: 'sip:bob@example.com' };
    expect(await senders.inDialog(transaction, theirs)).toBeUndefined();
    expect(answers[0]?.status).toBe(403);
  });
});
