import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isUnchanged, readOffer, type OfferPolicy } from './offer.js';
import { answerOffer, makeOffer, readAnswer, type Answer } from './offer-answer.js';
import type { OurSide } from './our-side.js';
import { parseSdp } from './parser.js';
import type { RefusalCode } from './refusal.js';
import { serializeSdp } from './serializer.js';
import type { SessionDescription } from './session-description.js';

const OURS: OurSide = {
  path: 'msrp://chat.example.com:12763/kjhd37s2s20w2a;tcp',
  wrappedTypes: ['text/plain', 'text/html', '*'],
  chatTokens: { nickname: true, privateMessages: true },
  origin: { username: 'chat', sessionId: '2890844527' },
};
const SECURE: OurSide = { ...OURS, path: 'msrps://chat.example.com:2855/x;tcp' };
const POLICY: OfferPolicy = { transports: { tcp: true, tls: true }, mayConnect: false, cema: false };

function vector(name: string): SessionDescription {
  return read(readFileSync(new URL(`../../../test/vectors/sdp/${name}.sdp`, import.meta.url), 'utf8'));
}

function read(text: string): SessionDescription {
  const description = parseSdp(text);
  if (!description.ok) throw description.error;
  return description.value;
}

const PATH = 'path:msrp://client.example.com:7654/jshA7weztas;tcp';

/** An offer with one stream, or with these `m=` blocks. */
function offer(attributes: readonly string[], media = 'message 7654 TCP/MSRP *', before = ''): SessionDescription {
  return read(
    `v=0\r\no=alice 1 1 IN IP4 client.example.com\r\ns=-\r\nc=IN IP4 client.example.com\r\nt=0 0\r\n${before}m=${media}\r\n${attributes.map((line) => `a=${line}\r\n`).join('')}`,
  );
}

const PLAIN = ['accept-types:message/cpim text/plain', PATH];

function answered(to: SessionDescription, ours: OurSide = OURS, policy?: OfferPolicy): Answer {
  const answer = answerOffer(to, ours, policy);
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function linesOf(description: SessionDescription): string[] {
  return serializeSdp(description).split('\r\n');
}

describe('answers', () => {
  it('SDP-001 SDP-006 SDP-007 SDP-010 SDP-013 SDP-022 answers RFC 7701 §9.1', () => {
    expect(linesOf(answered(vector('rfc7701-s9.1-f1-invite')).description)).toEqual([
      'v=0',
      'o=chat 2890844527 1 IN IP4 chat.example.com',
      's=-',
      'c=IN IP4 chat.example.com',
      't=0 0',
      'm=message 12763 TCP/MSRP *',
      'a=accept-types:message/cpim',
      'a=accept-wrapped-types:text/plain text/html *',
      'a=path:msrp://chat.example.com:12763/kjhd37s2s20w2a;tcp',
      'a=setup:passive',
      'a=chatroom:nickname private-messages',
      '',
    ]);
  });

  it('SDP-001 SDP-007 SDP-009 SDP-017 SDP-023 says what it is given, with IPv6', () => {
    const lines = linesOf(
      answered(offer(['accept-types:*', 'path:msrps://[2001:db8::2]:7654/x;tcp'], 'message 7654 TCP/TLS/MSRP *'), {
        ...OURS,
        path: 'msrps://[2001:db8::1]:2855/x;tcp',
        wrappedTypes: [],
        maxSizeBytes: 10_000,
        chatTokens: { nickname: false, privateMessages: false },
        fingerprint: { hashFunction: 'sha-256', digest: 'AA:BB' },
        label: 'chat',
      }).description,
    );
    expect(lines).toContain('c=IN IP6 2001:db8::1');
    expect(lines.slice(lines.indexOf('m=message 2855 TCP/TLS/MSRP *'))).toEqual([
      'm=message 2855 TCP/TLS/MSRP *',
      'a=accept-types:message/cpim',
      'a=max-size:10000',
      'a=path:msrps://[2001:db8::1]:2855/x;tcp',
      'a=setup:passive',
      'a=chatroom',
      'a=fingerprint:sha-256 AA:BB',
      'a=label:chat',
      '',
    ]);
  });

  it.each([
    ['active', 'passive', 12_763],
    ['actpass', 'passive', 12_763],
    ['holdconn', 'passive', 12_763],
    ['', 'passive', 12_763],
    ['passive', 'active', 9],
  ])('SDP-001 SDP-013 SDP-014 offer setup %j: we are %s', (setup, role, port) => {
    const answer = answered(
      offer([...PLAIN, ...(setup === '' ? [] : [`setup:${setup}`]), 'connection:existing']),
      OURS,
      {
        ...POLICY,
        mayConnect: true,
      },
    );
    expect(answer.stream.role).toBe(role);
    expect(linesOf(answer.description)).toContain(`a=setup:${role}`);
    expect(linesOf(answer.description).join()).not.toContain('connection');
    expect(answer.description.media[0]?.port).toBe(port);
  });

  it('SDP-014 TRN-020 we do not connect unless that is allowed', () => {
    expect(answerOffer(offer([...PLAIN, 'setup:passive']), OURS)).toMatchObject({ error: { code: 'passive-offer' } });
  });

  it('SDP-010 does not depend on the tokens of the offer', () => {
    expect(answered(offer(PLAIN)).description).toEqual(
      answered(offer([...PLAIN, 'chatroom:private-messages'])).description,
    );
  });

  it('SDP-019 D-32 keeps number and order of streams, others with port 0', () => {
    const answer = answered(
      offer(
        PLAIN,
        'message 7654 TCP/MSRP *',
        'm=audio 49170/2 RTP/AVP 0 8\r\na=sendonly\r\nm=message 1 TCP/MSRP *\r\na=file-selector\r\n',
      ),
    );
    expect(answer.stream.index).toBe(2);
    expect(linesOf(answer.description).filter((line) => line.startsWith('m='))).toEqual([
      'm=audio 0 RTP/AVP 0 8',
      'm=message 0 TCP/MSRP *',
      'm=message 12763 TCP/MSRP *',
    ]);
  });

  it('SDP-019 mirrors the direction, and narrows it by what the room allows', () => {
    expect(linesOf(answered(offer([...PLAIN, 'recvonly'])).description)).toContain('a=sendonly');
    expect(answered(offer([...PLAIN, 'recvonly'])).capabilities.direction).toBe('recvonly');
    const muted = answered(offer(PLAIN), { ...OURS, peerDirection: 'recvonly' });
    expect(linesOf(muted.description)).toContain('a=sendonly');
    expect(muted.direction).toBe('recvonly');
    const session = read(
      'v=0\no=a 1 1 IN IP4 x\na=inactive\nm=message 1 TCP/MSRP *\na=accept-types:*\na=path:msrp://x:1/y;tcp\n',
    );
    expect(answered(session).direction).toBe('inactive');
  });

  it('SDP-019 SDP-022 repeats the times of the offer', () => {
    const timed = read(
      'v=0\no=a 1 1 IN IP4 x\nt=10 20\nm=message 1 TCP/MSRP *\na=accept-types:*\na=path:msrp://x:1/y;tcp\n',
    );
    expect(linesOf(answered(timed).description)).toContain('t=10 20');
  });

  it('SDP-019 SDP-021 the version goes up by one when anything changed, and not otherwise', () => {
    const first = answered(offer(PLAIN)).description;
    const again = answered(offer(PLAIN), { ...OURS, previous: first }).description;
    expect(again).toEqual(first);
    const moved = answered(offer(PLAIN), {
      ...OURS,
      path: 'msrp://other.example.com:2856/y;tcp',
      previous: first,
    }).description;
    expect(moved.origin).toMatchObject({ sessionId: '2890844527', sessionVersion: '2', address: 'chat.example.com' });
    expect(linesOf(moved)).toContain('c=IN IP4 other.example.com');
    const huge: SessionDescription = { ...first, origin: { ...first.origin, sessionVersion: '99999999999999999999' } };
    expect(answered(offer([...PLAIN, 'sendonly']), { ...OURS, previous: huge }).description.origin.sessionVersion).toBe(
      '100000000000000000000',
    );
  });

  it('FILE-010 SDP-019 a later offer stays with the stream in use', () => {
    const first = answered(offer(PLAIN)).description;
    const busy = answerOffer(offer([...PLAIN, 'file-selector']), { ...OURS, previous: first });
    expect(busy).toMatchObject({ ok: false, error: { status: 488, code: 'file-transfer-only' } });
  });

  it('SDP-016 answers msrp-cema where that is on and there is no relay', () => {
    const on = { ...POLICY, cema: true };
    expect(linesOf(answered(offer([...PLAIN, 'msrp-cema']), OURS, on).description)).toContain('a=msrp-cema');
    expect(linesOf(answered(offer([...PLAIN, 'msrp-cema']), OURS, POLICY).description)).not.toContain('a=msrp-cema');
    const relayed = [
      'accept-types:*',
      'path:msrp://r.example.com:1/a;tcp msrp://c.example.com:7654/b;tcp',
      'msrp-cema',
    ];
    expect(answered(offer(relayed), OURS, on).stream.cema).toBe(false);
  });

  it('throws when our own side is malformed', () => {
    expect(() => answerOffer(offer(PLAIN), SECURE)).toThrow(RangeError);
    expect(() => answerOffer(offer(PLAIN), { ...OURS, path: 'msrp://chat.example.com/x;tcp' })).toThrow(RangeError);
    expect(() => answerOffer(offer(PLAIN), { ...OURS, origin: { username: 'a b', sessionId: '1' } })).toThrow(
      RangeError,
    );
  });
});

describe('offers that are refused', () => {
  const onlyTls: OfferPolicy = { ...POLICY, transports: { tcp: false, tls: true } };
  const onlyTcp: OfferPolicy = { ...POLICY, transports: { tcp: true, tls: false } };
  const cema: OfferPolicy = { ...POLICY, cema: true };

  it.each<[string, SessionDescription, OfferPolicy, RefusalCode, number]>([
    ['SDP-019 no stream', offer([], 'audio 1 RTP/AVP 0'), POLICY, 'no-message-stream', 304],
    ['SDP-019 a stream that is over', offer(PLAIN, 'message 0 TCP/MSRP *'), POLICY, 'no-message-stream', 304],
    ['SDP-005 text only', offer(['accept-types:text/plain', PATH]), POLICY, 'cpim-not-accepted', 305],
    ['SDP-005 no accept-types', offer([PATH]), POLICY, 'cpim-not-accepted', 305],
    ['SDP-003 no path', offer(['accept-types:*']), POLICY, 'no-path', 399],
    ['SDP-003 a path without port', offer(['accept-types:*', 'path:msrp://a/b;tcp']), POLICY, 'no-path', 399],
    ['SDP-003 msrp over TLS', offer(PLAIN, 'message 7654 TCP/TLS/MSRP *'), POLICY, 'path-contradicts-transport', 399],
    [
      'SDP-003 msrps over TCP',
      offer(['accept-types:*', 'path:msrps://a:1/b;tcp']),
      POLICY,
      'path-contradicts-transport',
      399,
    ],
    ['SDP-018 TCP where TLS is forced', offer(PLAIN), onlyTls, 'no-secure-transport', 302],
    [
      'SDP-001 TLS where there is none',
      offer(PLAIN, 'message 1 TCP/TLS/MSRP *'),
      onlyTcp,
      'transport-not-supported',
      302,
    ],
    ['SDP-001 another transport', offer(PLAIN, 'message 1 UDP/MSRP *'), POLICY, 'transport-not-supported', 302],
    ['SDP-014 passive where we may not connect', offer([...PLAIN, 'setup:passive']), POLICY, 'passive-offer', 399],
    [
      'SDP-016 another port than the path',
      offer(PLAIN, 'message 7655 TCP/MSRP *'),
      cema,
      'path-contradicts-address',
      399,
    ],
  ])('%s', (_title, description, policy, code, warning) => {
    expect(readOffer(description, policy)).toMatchObject({
      ok: false,
      error: { code, status: 488, warning: { code: warning } },
    });
  });

  it('SDP-002 SDP-016 connection data that contradict the path do not matter by default', () => {
    const elsewhere = read(
      'v=0\no=a 1 1 IN IP4 x\nc=IN IP4 10.0.0.1\nm=message 7655 TCP/MSRP *\na=accept-types:*\na=path:msrp://192.0.2.1:7654/y;tcp\n',
    );
    expect(readOffer(elsewhere, POLICY)).toMatchObject({
      ok: true,
      value: { capabilities: { peerPath: ['msrp://192.0.2.1:7654/y;tcp'] } },
    });
    expect(readOffer(elsewhere, cema).ok).toBe(false);
    const active = read(
      'v=0\no=a 1 1 IN IP4 x\nc=IN IP4 10.0.0.1\nm=message 9 TCP/MSRP *\na=setup:active\na=accept-types:*\na=path:msrp://192.0.2.1:7654/y;tcp\n',
    );
    expect(readOffer(active, cema).ok).toBe(true);
  });

  it.each(['message/cpim', 'Message/CPIM', 'message/*', '*', 'text/plain *'])(
    'SDP-005 accept-types %s is enough',
    (types) => {
      expect(readOffer(offer([`accept-types:${types}`, PATH]), POLICY).ok).toBe(true);
    },
  );
});

describe('published offers', () => {
  it.each([
    ['rfc4975-fig9-offer', 'accepted'],
    ['rfc4975-fig7-offer', 'cpim-not-accepted'],
    ['rfc4975-fig19-fingerprint', 'cpim-not-accepted'],
    ['rfc4976-s11-answer-relay', 'accepted'],
    ['rfc7701-s9.1-f1-invite.corrected', 'accepted'],
    ['rfc7977-s8.2.1-offer-ws', 'accepted'],
    ['rfc5547-fig2-file', 'file-transfer-only'],
  ])('SDP-003 SDP-004 SDP-005 %s: %s', (name, outcome) => {
    const stream = readOffer(vector(name), POLICY);
    expect(stream.ok ? 'accepted' : stream.error.code).toBe(outcome);
  });

  it('SDP-017 takes fingerprints of the stream, else of the session', () => {
    const secure = ['accept-types:*', 'path:msrps://a:1/b;tcp'];
    const own = readOffer(
      offer([...secure, 'fingerprint:SHA-256 aa:bb'], 'message 1 TCP/TLS/MSRP *', 'a=fingerprint:sha-1 CC\r\n'),
      POLICY,
    );
    expect(own).toMatchObject({ value: { fingerprints: [{ hashFunction: 'sha-256', digest: 'AA:BB' }] } });
    const session = readOffer(offer(secure, 'message 1 TCP/TLS/MSRP *', 'a=fingerprint:sha-1 CC\r\n'), POLICY);
    expect(session).toMatchObject({ value: { fingerprints: [{ hashFunction: 'sha-1', digest: 'CC' }] } });
  });
});

describe('offers of ours', () => {
  it('SDP-013 SDP-020 has everything an answer has, and actpass', () => {
    expect(linesOf(makeOffer({ ...OURS, peerDirection: 'recvonly' }, { cema: true }))).toEqual([
      'v=0',
      'o=chat 2890844527 1 IN IP4 chat.example.com',
      's=-',
      'c=IN IP4 chat.example.com',
      't=0 0',
      'm=message 12763 TCP/MSRP *',
      'a=sendonly',
      'a=accept-types:message/cpim',
      'a=accept-wrapped-types:text/plain text/html *',
      'a=path:msrp://chat.example.com:12763/kjhd37s2s20w2a;tcp',
      'a=setup:actpass',
      'a=chatroom:nickname private-messages',
      'a=msrp-cema',
      '',
    ]);
  });

  it('SDP-019 SDP-021 a later offer keeps the place of the stream and every other one', () => {
    const previous = answered(offer(PLAIN, 'message 7654 TCP/MSRP *', 'm=audio 49170 RTP/AVP 0\r\n')).description;
    const next = makeOffer({ ...OURS, path: 'msrp://other.example.com:2856/y;tcp', previous });
    expect(next.media.map((media) => [media.media, media.port])).toEqual([
      ['audio', 0],
      ['message', 2856],
    ]);
    expect(next.origin.sessionVersion).toBe('2');
    expect(isUnchanged(previous, next)).toBe(false);
    expect(isUnchanged(next, next)).toBe(true);
  });

  it.each([
    ['active', 'passive'],
    ['passive', 'active'],
    ['', 'active'],
  ])('SDP-015 answer setup %j: we are %s', (setup, role) => {
    const answer = offer([...PLAIN, ...(setup === '' ? [] : [`setup:${setup}`]), 'chatroom:nickname', 'sendonly']);
    expect(readAnswer(makeOffer(OURS), answer)).toMatchObject({
      ok: true,
      value: { role, secure: false, index: 0, capabilities: { nickname: true, direction: 'sendonly' } },
    });
  });

  it.each<[string, SessionDescription, RefusalCode]>([
    ['a refused stream', offer(PLAIN, 'message 0 TCP/MSRP *'), 'stream-refused'],
    ['another number of streams', offer(PLAIN, 'message 1 TCP/MSRP *', 'm=audio 0 RTP/AVP 0\r\n'), 'answer-mismatch'],
    ['another kind of stream', offer(PLAIN, 'audio 1 TCP/MSRP *'), 'answer-mismatch'],
    ['another transport', offer(PLAIN, 'message 1 TCP/TLS/MSRP *'), 'answer-mismatch'],
    ['no path', offer(['accept-types:*']), 'no-path'],
    ['no CPIM', offer(['accept-types:text/plain', PATH]), 'cpim-not-accepted'],
  ])('SDP-003 SDP-005 SDP-020 an answer with %s is none', (_title, answer, code) => {
    expect(readAnswer(makeOffer(OURS), answer)).toMatchObject({ ok: false, error: { code, status: 488 } });
  });

  it('SDP-013 SDP-015 our own answer to our own offer makes a session', () => {
    const asked = makeOffer(OURS);
    const agreed = readAnswer(asked, answered(asked).description);
    expect(agreed).toMatchObject({
      ok: true,
      value: { role: 'active', capabilities: { chatroom: true, privateMessages: true } },
    });
  });
});
