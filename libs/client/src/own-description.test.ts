import { answerOffer, makeOffer, parseSdp, serializeSdp, type OurSide } from '@plenary/sdp';
import { describe, expect, it } from 'vitest';
import { OwnDescription } from './own-description.js';

let seed = 1;
const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => (seed = (seed * 73 + 41) % 251));

function ours(): OwnDescription {
  return new OwnDescription({
    host: '127.0.0.1',
    random,
    wrappedTypes: ['*'],
    messageBytes: 1_000,
    chatTokens: { nickname: true, privateMessages: true },
    sessionId: '7',
  });
}
const roomSide = (sessionId: string, path = `msrp://127.0.0.1:2856/${sessionId};tcp`): OurSide => ({
  path,
  wrappedTypes: ['*'],
  chatTokens: { nickname: true, privateMessages: true },
  origin: { username: '-', sessionId: '9' },
});
/** What the room says when it has something new to say. */
const later: OurSide = { ...roomSide('chat1.other'), origin: { username: '-', sessionId: '10' } };
const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8');

function answerTo(body: Uint8Array, room: OurSide): Uint8Array {
  const offer = parseSdp(text(body));
  const answer = offer.ok ? answerOffer(offer.value, room) : offer;
  if (!answer.ok) throw new Error('no answer');
  return Buffer.from(serializeSdp(answer.value.description));
}

describe('our half of offer and answer', () => {
  it('SDP-015 takes an answer, and the path in it', () => {
    const own = ours();
    const agreed = own.takeAnswer(answerTo(own.offer(false), roomSide('chat1.secret')));
    expect(agreed?.remotePath[0]?.sessionId).toBe('chat1.secret');
    expect(agreed?.localUri.sessionId).toMatch(/^\S{12}$/);
  });

  it('TRN-014 offers a new URI and a version one higher to move', () => {
    const own = ours();
    const first = text(own.offer(false));
    const again = text(own.offer(false));
    const moved = text(own.offer(true));
    expect(again).toBe(first);
    expect(/a=path:(\S+)/.exec(moved)?.[1]).not.toBe(/a=path:(\S+)/.exec(first)?.[1]);
    expect(/^o=- 7 (\d+)/m.exec(moved)?.[1]).toBe('2');
  });

  it('SDP-021 answers what it knows already with what it said already', () => {
    const own = ours();
    const offered = own.offer(false);
    const body = answerTo(offered, roomSide('chat1.secret'));
    own.takeAnswer(body);
    const answered = own.answer(body);
    expect(answered?.session).toBeUndefined();
    expect(text(answered?.body ?? new Uint8Array(0))).toBe(text(offered));
  });

  it('SDP-014 follows an offer to another path, and connects there itself', () => {
    const own = ours();
    own.takeAnswer(answerTo(own.offer(false), roomSide('chat1.secret')));
    const offer = Buffer.from(serializeSdp(makeOffer(later)));
    const answered = own.answer(offer);
    expect(answered?.session?.remotePath[0]?.sessionId).toBe('chat1.other');
    expect(text(answered?.body ?? new Uint8Array(0))).toContain('a=setup:active');
  });

  it('SDP-014 refuses an offer of somebody who wants to connect to us, and what is no SDP', () => {
    const own = ours();
    own.takeAnswer(answerTo(own.offer(false), roomSide('chat1.secret')));
    const offer = serializeSdp(makeOffer(later)).replace('a=setup:actpass', 'a=setup:active');
    expect(own.answer(Buffer.from(offer))).toBeUndefined();
    expect(own.answer(Buffer.from('not SDP'))).toBeUndefined();
    expect(own.takeAnswer(Buffer.from('not SDP'))).toBeUndefined();
  });
});
