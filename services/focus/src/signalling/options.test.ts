import type { RoomView } from '@plenary/proto/roomstate';
import { parseSdp } from '@plenary/sdp';
import { describe, expect, it } from 'vitest';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { requestTarget } from '../conference/room-uri.js';
import { answerOptions } from './options.js';
import { requestOf, transactionOf, type Answer } from './testing.js';

async function ask(uri: string): Promise<Answer | undefined> {
  const roomByUri = (asked: string): Promise<RoomView | undefined> =>
    Promise.resolve(asked === 'sip:lobby@example.com' ? ({} as RoomView) : undefined);
  const deps = { domain: 'example.com', sipPort: () => 5060, roomState: { roomByUri } };
  const { transaction, answers } = transactionOf(requestOf('OPTIONS', {}, uri));
  const target = requestTarget(uri, 'example.com', new Set(['example.com']));
  await answerOptions(transaction, target, deps as unknown as ConferenceDependencies);
  return answers[0];
}

describe('OPTIONS', () => {
  it('SIP-030 ROOM-002 a room answers as a focus, with its feature tags', async () => {
    const answer = await ask('sip:lobby@example.com');
    expect(answer?.status).toBe(200);
    const headers = new Map(answer?.headers);
    expect(headers.get('Contact')).toMatch(/^<sip:lobby@example\.com>;isfocus;automata;message;methods="INVITE,/u);
    expect(headers.get('Allow')).toBe('INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, SUBSCRIBE');
    expect(headers.get('Supported')).toBe('timer');
    expect(headers.get('Accept')).toBe('application/sdp');
  });

  it('SIP-030 the body is a description with port 0', async () => {
    const sdp = parseSdp((await ask('sip:lobby@example.com'))?.body ?? '');
    expect(sdp.ok && sdp.value.media.map(({ port, proto }) => [port, proto])).toEqual([[0, 'TCP/MSRP']]);
  });

  it('SIP-030 the service itself is no focus', async () => {
    const answer = await ask('sip:example.com');
    expect(answer?.status).toBe(200);
    expect(answer?.headers.map(([name]) => name)).not.toContain('Contact');
  });

  it.each([
    ['unknown room', 'sip:nowhere@example.com', 404],
    ['another host', 'sip:lobby@example.org', 404],
    ['another scheme', 'tel:+12015550123', 416],
  ])('SIP-030 %s: %s is %i', async (_title, uri, status) => {
    expect((await ask(uri))?.status).toBe(status);
  });
});
