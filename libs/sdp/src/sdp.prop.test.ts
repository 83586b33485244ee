import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOffer, readAnswer, makeOffer } from './offer-answer.js';
import type { OurSide } from './our-side.js';
import { parseSdp } from './parser.js';
import { serializeSdp } from './serializer.js';

const OURS: OurSide = {
  path: 'msrp://chat.example.com:2855/x;tcp',
  wrappedTypes: ['*'],
  chatTokens: { nickname: true, privateMessages: false },
  origin: { username: '-', sessionId: '1' },
};
const TCP = { transports: { tcp: true, tls: false }, mayConnect: true, cema: true };

const media = fc.constantFrom(
  'm=message 1 TCP/MSRP *',
  'm=message 0 TCP/MSRP *',
  'm=audio 4/2 RTP/AVP 0 8',
  'm=message 2855 TCP/TLS/MSRP *',
  'm=x 1 y',
);
const attribute = fc.oneof(
  fc.constantFrom(
    'a=path:msrp://h:1/s;tcp',
    'a=path:msrps://h:1/s;tcp',
    'a=path:',
    'a=accept-types:message/cpim text/*',
    'a=accept-types: *',
    'a=accept-wrapped-types:image/png;x="y',
    'a=setup:passive',
    'a=setup:active',
    'a=sendonly',
    'a=chatroom:nicknames x.y.z',
    'a=max-size:99999999999999999999',
    'a=fingerprint:sha-256 AA',
    'a=label:1',
    'a=msrp-cema',
    'a=file-selector:name:"a b',
    'c=IN IP6 ::1',
    't=1 2',
    'c=',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => `a=${text.replaceAll(/[\r\n\0]/gu, '')}`),
);
const description = fc
  .array(fc.oneof({ weight: 1, arbitrary: media }, { weight: 4, arbitrary: attribute }), { maxLength: 20 })
  .map((lines) => ['v=0', 'o=a 1 1 IN IP4 h', 's=-', ...lines].join('\r\n') + '\r\n');

describe('parser', () => {
  it('SDP-022 writes what it read, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(description, fc.string({ unit: 'binary' })), (text) => {
        const read = parseSdp(text);
        if (read.ok) expect(parseSdp(serializeSdp(read.value))).toEqual(read);
        else expect([400, 413]).toContain(read.error.status);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('offer and answer', () => {
  it('SDP-006 SDP-013 SDP-019 every answer keeps the streams of the offer, has one alive and can be read again', () => {
    fc.assert(
      fc.property(description, (text) => {
        const offer = parseSdp(text);
        if (!offer.ok) return;
        const answer = answerOffer(offer.value, OURS, TCP);
        if (!answer.ok) {
          expect(answer.error.status).toBe(488);
          return;
        }
        const ours = answer.value.description;
        expect(parseSdp(serializeSdp(ours))).toEqual({ ok: true, value: ours });
        expect(ours.media.map((line) => [line.media, line.proto])).toEqual(
          offer.value.media.map((line) => [line.media, line.proto]),
        );
        expect(ours.media.filter((line) => line.port !== 0)).toHaveLength(1);
        expect(serializeSdp(ours).match(/^a=(?:accept-types:message\/cpim|setup:(?:active|passive))$/gmu)).toHaveLength(
          2,
        );
        expect(answerOffer(offer.value, { ...OURS, previous: ours }, TCP)).toMatchObject({
          value: { description: ours },
        });
      }),
      { numRuns: 1000 },
    );
  });

  it('SDP-015 reading an answer never throws', () => {
    fc.assert(
      fc.property(description, (text) => {
        const answer = parseSdp(text);
        if (answer.ok) readAnswer(makeOffer(OURS), answer.value);
      }),
      { numRuns: 500 },
    );
  });
});
