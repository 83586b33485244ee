import { describe, expect, it } from 'vitest';
import { responseTo } from '../response-to.js';
import { requestOf } from '../user-agent/testing.js';
import { hasCookie, legacyAckFits, mergeKey, readMatchFacts, serverKey, type MatchFacts } from './match.js';
import type { SipRequest } from '../message.js';

function factsOf(request: SipRequest): MatchFacts {
  const facts = readMatchFacts(request);
  if (!facts.ok) throw facts.error;
  return facts.value;
}

function keyOf(method: string, headers: Record<string, string> = {}, as?: string): string {
  const request = requestOf(method, headers);
  return serverKey(request, factsOf(request), as);
}

const via = (branch: string, sentBy = '192.0.2.1:5060'): Record<string, string> => ({
  Via: `SIP/2.0/UDP ${sentBy};branch=${branch}`,
});

describe('server transactions', () => {
  it('SIP-013 same branch and sent-by is the same transaction, whatever else changed', () => {
    const other = { ...via('z9hG4bKx'), 'Call-ID': 'other', From: '<sip:x@y>;tag=q' };
    expect(keyOf('INVITE', via('z9hG4bKx'))).toBe(keyOf('INVITE', other));
  });

  it('SIP-013 same branch, other sent-by is new', () => {
    expect(keyOf('INVITE', via('z9hG4bKx'))).not.toBe(keyOf('INVITE', via('z9hG4bKx', '192.0.2.2:5060')));
    expect(keyOf('INVITE', via('z9hG4bKx'))).not.toBe(keyOf('INVITE', via('z9hG4bKx', '192.0.2.1:5070')));
  });

  it('SIP-013 the host of sent-by has no case, and received and rport do not count', () => {
    const plain = keyOf('INVITE', via('z9hG4bKx', 'Host.Example.com'));
    expect(keyOf('INVITE', { Via: 'SIP/2.0/UDP host.example.COM;rport=9;received=1.2.3.4;branch=z9hG4bKx' })).toBe(
      plain,
    );
  });

  it('SIP-013 methods are kept apart, but ACK belongs to its INVITE', () => {
    expect(keyOf('BYE', via('z9hG4bKx'))).not.toBe(keyOf('INVITE', via('z9hG4bKx')));
    expect(keyOf('ACK', via('z9hG4bKx'))).toBe(keyOf('INVITE', via('z9hG4bKx')));
  });

  it('SIP-026 CANCEL has a key of its own and can ask for its INVITE', () => {
    expect(keyOf('CANCEL', via('z9hG4bKx'))).not.toBe(keyOf('INVITE', via('z9hG4bKx')));
    expect(keyOf('CANCEL', via('z9hG4bKx'), 'INVITE')).toBe(keyOf('INVITE', via('z9hG4bKx')));
  });

  it.each(['1', 'z9hG4bK', 'z9hg4b'])('SIP-013 branch %s is no cookie: RFC 2543 rules', (branch) => {
    const request = requestOf('INVITE', via(branch));
    expect(hasCookie(factsOf(request).via)).toBe(false);
    expect(keyOf('INVITE', via(branch))).toBe(keyOf('INVITE', via(branch)));
    expect(keyOf('INVITE', via(branch))).not.toBe(keyOf('INVITE', { ...via(branch), 'Call-ID': 'other' }));
    expect(keyOf('INVITE', via(branch))).not.toBe(keyOf('INVITE', { ...via(branch), CSeq: '2 INVITE' }));
    expect(keyOf('INVITE', via(branch))).not.toBe(keyOf('INVITE', { ...via(branch), From: '<sip:a@b>;tag=zz' }));
    expect(keyOf('INVITE', via(branch))).not.toBe(keyOf('INVITE', via(branch, '192.0.2.7')));
  });

  it('SIP-013 the ACK of an RFC 2543 peer fits only the To tag we gave', () => {
    const invite = requestOf('INVITE', via('1'));
    const answer = responseTo(invite, 486, { toTag: 'ours' });
    const ack = (tag: string): MatchFacts =>
      factsOf(requestOf('ACK', { ...via('1'), To: `<sip:lobby@example.com>;tag=${tag}` }));
    expect(serverKey(requestOf('ACK', via('1')), ack('ours'))).toBe(keyOf('INVITE', via('1')));
    expect(legacyAckFits(ack('ours'), answer)).toBe(true);
    expect(legacyAckFits(ack('theirs'), answer)).toBe(false);
  });

  it('SIP-017 a merged request is known by From tag, Call-ID and CSeq; inside a dialog there is none', () => {
    const one = mergeKey(factsOf(requestOf('INVITE', via('z9hG4bKx'))));
    expect(mergeKey(factsOf(requestOf('INVITE', via('z9hG4bKy'))))).toBe(one);
    expect(mergeKey(factsOf(requestOf('INVITE', { ...via('z9hG4bKy'), CSeq: '2 INVITE' })))).not.toBe(one);
    expect(mergeKey(factsOf(requestOf('INVITE', { To: '<sip:x@y>;tag=1' })))).toBeUndefined();
  });

  it('SIP-013 a message without what matching needs is refused, not guessed', () => {
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
      expect(readMatchFacts(requestOf('INVITE', { [name]: '' })).ok).toBe(false);
    }
  });
});
