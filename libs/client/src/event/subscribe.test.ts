import { DigestClient, type SipRequest, type SipResponse } from '@plenary/sip';
import { HeaderFields } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { subscribe, type SubscribeEndpoint } from './subscribe.js';

const request: SipRequest = {
  kind: 'request',
  method: 'SUBSCRIBE',
  requestUri: 'sip:lobby@localhost',
  headers: new HeaderFields([]),
  body: new Uint8Array(0),
};
const digest = new DigestClient(
  { username: 'alice', password: 'alice' },
  () => '',
  (length) => new Uint8Array(length),
);

/** Answers, or never does; keeps the timers that run. */
function endpoint(response?: SipResponse): { endpoint: SubscribeEndpoint; timers: Set<() => void> } {
  const timers = new Set<() => void>();
  const clock = {
    nowMs: () => 0,
    setTimer(_ms: number, fn: () => void) {
      timers.add(fn);
      return { cancel: () => void timers.delete(fn) };
    },
  };
  const answer = response === undefined ? new Promise<never>(() => undefined) : { response, origin: 'peer' as const };
  return { endpoint: { clock, request: () => Promise.resolve(answer) }, timers };
}

describe('a SUBSCRIBE', () => {
  it('that is refused says how, and leaves no timer running', async () => {
    const headers = new HeaderFields([]);
    const refused = endpoint({ kind: 'response', status: 489, reason: 'Bad Event', headers, body: new Uint8Array(0) });
    await expect(subscribe(refused.endpoint, digest, request, 10_000)).rejects.toMatchObject({
      origin: 'refused',
      status: 489,
    });
    expect(refused.timers.size).toBe(0);
  });

  it('that is not answered in time fails', async () => {
    const silent = endpoint();
    const failed = expect(subscribe(silent.endpoint, digest, request, 10_000)).rejects.toMatchObject({
      origin: 'network',
      status: 408,
    });
    for (const fire of silent.timers) fire();
    await failed;
    expect(silent.timers.size).toBe(0);
  });
});
