import { RoomPolicy } from '@plenary/proto/chat';
import { attributeOf, parseSdp, type SessionDescription } from '@plenary/sdp';
import { describe, expect, it } from 'vitest';
import { capabilitiesOf, unknownCapabilities } from './capabilities.js';
import {
  answerTo,
  changeOf,
  checkOffer,
  inPart,
  isUnchangedAnswer,
  offerOf,
  ourSide,
  ownFingerprint,
  readAckAnswer,
  securedOffer,
} from './offer-answer.js';

const path = 'msrp://192.0.2.9:2855/chat1.secret;tcp';
const policy = RoomPolicy.fromPartial({ nicknames: true, wrappedTypes: ['text/plain'], maxSizeBytes: 5000n });
const octets = (text: string): Uint8Array => Buffer.from(text);

function sdp(
  change: { version?: number; path?: string; setup?: string; accept?: string; chatroom?: string } = {},
): string {
  const { version = 1, setup = 'active', accept = 'message/cpim', chatroom = 'nickname' } = change;
  return [
    'v=0',
    `o=- 9 ${String(version)} IN IP4 192.0.2.1`,
    's=-',
    'c=IN IP4 192.0.2.1',
    't=0 0',
    'm=message 9 TCP/MSRP *',
    `a=accept-types:${accept}`,
    `a=path:${change.path ?? 'msrp://192.0.2.1:7000/s;tcp'}`,
    `a=setup:${setup}`,
    `a=chatroom:${chatroom}`,
    '',
  ].join('\r\n');
}

function parsed(text: string): SessionDescription {
  const description = parseSdp(text);
  if (!description.ok) throw description.error;
  return description.value;
}
const stream = (text: string, name: string): string | undefined =>
  attributeOf(parsed(text).media[0]?.lines ?? [], name);

function checked(text: string) {
  const offer = checkOffer(octets(text));
  if (!offer.ok) throw new Error(JSON.stringify(offer.error));
  return offer.value;
}

describe('answers to offers', () => {
  it('SDP-006 SDP-007 SDP-009 SDP-010 our side says what the room is', () => {
    const agreed = answerTo(checked(sdp()), ourSide({ policy, path, sessionId: '77' }));
    if (!agreed.ok) throw new Error('refused');
    const { localSdp } = agreed.value;
    expect(stream(localSdp, 'path')).toBe(path);
    expect(stream(localSdp, 'accept-types')).toBe('message/cpim');
    expect(stream(localSdp, 'accept-wrapped-types')).toBe('text/plain');
    expect(stream(localSdp, 'max-size')).toBe('5000');
    expect(stream(localSdp, 'chatroom')).toBe('nickname');
    expect(stream(localSdp, 'setup')).toBe('passive');
    expect(parsed(localSdp).origin.sessionId).toBe('77');
  });

  it('SDP-007 a room open to every type says *', () => {
    const agreed = answerTo(checked(sdp()), ourSide({ policy: RoomPolicy.fromPartial({}), path, sessionId: '1' }));
    expect(agreed.ok && stream(agreed.value.localSdp, 'accept-wrapped-types')).toBe('*');
    expect(agreed.ok && stream(agreed.value.localSdp, 'max-size')).toBeUndefined();
  });

  it('SDP-019 the version of a later answer rises when it differs, and only then', () => {
    const first = answerTo(checked(sdp()), ourSide({ policy, path, sessionId: '7' }));
    if (!first.ok) throw new Error('refused');
    const previousSdp = first.value.localSdp;
    const same = answerTo(checked(sdp({ version: 2 })), ourSide({ policy, path, sessionId: '7', previousSdp }));
    expect(same.ok && same.value.localSdp).toBe(previousSdp);
    const other = ourSide({ policy, path: path.replace('secret', 'fresh'), sessionId: '7', previousSdp });
    const moved = answerTo(checked(sdp({ version: 3 })), other);
    const version = (text: string): bigint => BigInt(parsed(text).origin.sessionVersion);
    expect(moved.ok && version(moved.value.localSdp)).toBe(version(previousSdp) + 1n);
  });

  it.each([
    ['SDP-005 no CPIM', sdp({ accept: 'text/plain' }), 305],
    ['SDP-014 the offerer wants to be connected to', sdp({ setup: 'passive' }), 399],
    ['SDP-018 TLS', sdp().replace('TCP/MSRP', 'TCP/TLS/MSRP'), 302],
  ])('ERR-005 %s is 488 with Warning', (_title, text, code) => {
    const offer = checkOffer(octets(text), { tcp: true, tls: false });
    expect(!offer.ok && offer.error).toMatchObject({ status: 488, warning: { code } });
  });

  it('SDP-003 SDP-017 an offer of TLS is answered in kind, with the fingerprint of our certificate; the peer’s is kept', () => {
    const secure = sdp({ path: 'msrps://192.0.2.1:7000/s;tcp' })
      .replace('TCP/MSRP', 'TCP/TLS/MSRP')
      .replace('a=setup', 'a=fingerprint:SHA-1 4a:ad\r\na=setup');
    const offer = checked(secure);
    expect(offer).toMatchObject({ secure: true, fingerprints: ['sha-1 4A:AD'] });
    const ours = ourSide({
      policy,
      path: path.replace('msrp:', 'msrps:'),
      fingerprint: 'sha-256 AB:CD',
      sessionId: '7',
    });
    const agreed = answerTo(offer, ours);
    if (!agreed.ok) throw new Error('refused');
    const { localSdp } = agreed.value;
    expect(parsed(localSdp).media[0]?.proto).toBe('TCP/TLS/MSRP');
    expect(stream(localSdp, 'path')).toMatch(/^msrps:/);
    expect([stream(localSdp, 'fingerprint'), ownFingerprint(localSdp)]).toEqual(['sha-256 AB:CD', 'sha-256 AB:CD']);
    expect(ownFingerprint(offerOf(ourSide({ policy, path, sessionId: '7' })))).toBe('');
  });

  it('SDP-018 where TLS is demanded another stream of the offer is taken, or none', () => {
    const plain = checked(sdp());
    const refused = securedOffer(plain);
    expect(!refused.ok && refused.error).toMatchObject({ status: 488, warning: { code: 302 } });
    const [head = '', stream1 = ''] = sdp().split(/(?=m=message)/u);
    const stream2 = stream1.replace('TCP/MSRP', 'TCP/TLS/MSRP').replace('msrp://', 'msrps://');
    const both = checked(`${head}${stream1}${stream2}`);
    expect(both.secure).toBe(false);
    const secured = securedOffer(both);
    expect(secured.ok && secured.value.secure).toBe(true);
    expect(securedOffer({ ...both, transports: { tcp: true, tls: false } }).ok).toBe(false);
  });

  it('SDP-022 what is no SDP is 400', () => {
    const offer = checkOffer(octets('hello'));
    expect(!offer.ok && offer.error.status).toBe(400);
  });

  it('AUTH-016 the edge hears of an open type list as * alone', () => {
    expect(capabilitiesOf(checked(sdp()).peer)).toMatchObject({ acceptWrappedTypes: ['*'], nickname: true });
    expect(unknownCapabilities().acceptWrappedTypes).toEqual(['*']);
  });
});

describe('answers in an ACK', () => {
  const ours = offerOf(ourSide({ policy, path, sessionId: '7' }));

  it('SDP-020 SDP-013 our offer is actpass; who answers active connects', () => {
    expect(stream(ours, 'setup')).toBe('actpass');
    expect(readAckAnswer(ours, octets(sdp())).ok).toBe(true);
  });

  it.each([
    ['SDP-015 passive: the edge would have to connect', sdp({ setup: 'passive' })],
    ['SDP-020 refused', sdp().replace('m=message 9', 'm=message 0')],
    ['SDP-020 empty', ''],
  ])('%s: not usable', (_title, text) => {
    expect(readAckAnswer(ours, octets(text)).ok).toBe(false);
  });

  it('SDP-021 the same o= says nothing new', () => {
    expect(isUnchangedAnswer(sdp(), octets(sdp()))).toBe(true);
    expect(isUnchangedAnswer(sdp(), octets(sdp({ version: 2 })))).toBe(false);
    expect(isUnchangedAnswer(undefined, octets(sdp()))).toBe(false);
    expect(isUnchangedAnswer(sdp(), octets(''))).toBe(false);
  });
});

describe('what a later offer changes', () => {
  it.each([
    ['SDP-021 nothing', sdp(), sdp(), 'unchanged'],
    ['SDP-021 nothing, whatever else it says under the same o=', sdp(), sdp({ chatroom: '' }), 'unchanged'],
    ['SDP-012 what the device can do', sdp(), sdp({ version: 2, chatroom: '' }), 'capabilities'],
    ['SDP-021 the path', sdp(), sdp({ version: 2, path: 'msrp://192.0.2.1:7000/t;tcp' }), 'path'],
    ['SDP-021 everything, where nothing is known', undefined, sdp(), 'path'],
  ])('%s', (_title, earlier, later, kind) => {
    expect(changeOf(earlier, checked(later))).toBe(kind);
  });
});

describe('our description in the other part', () => {
  it('SDP-013 SDP-019 an answer becomes an offer and back, with a version each', () => {
    const agreed = answerTo(checked(sdp()), ourSide({ policy, path, sessionId: '7' }));
    if (!agreed.ok) throw new Error('refused');
    const answer = agreed.value.localSdp;
    const offer = inPart(answer, 'actpass');
    const again = inPart(offer, 'passive');
    expect([answer, offer, again].map((text) => stream(text, 'setup'))).toEqual(['passive', 'actpass', 'passive']);
    const versions = [answer, offer, again].map((text) => BigInt(parsed(text).origin.sessionVersion));
    expect(versions.map((version) => version - (versions[0] ?? 0n))).toEqual([0n, 1n, 2n]);
    const bare = (text: string): string => text.replace(/^o=.*$/mu, '').replace(/^a=setup.*$/mu, '');
    expect(bare(again)).toBe(bare(answer));
    expect(bare(offer)).toBe(bare(answer));
    expect(inPart(answer, 'passive')).toBe(answer);
    expect(inPart('no SDP', 'passive')).toBe('no SDP');
  });
});
