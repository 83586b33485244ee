import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf, matchesFingerprint } from './fingerprint.js';
import { makeKeyPair } from './testing.js';

describe('TRN-008 a=fingerprint', () => {
  let one: X509Certificate;
  let other: X509Certificate;
  beforeAll(() => {
    one = new X509Certificate(makeKeyPair(['DNS:one.example']).cert);
    other = new X509Certificate(makeKeyPair(['DNS:one.example']).cert);
  });

  it('is sent as sha-256', () => {
    expect(fingerprintOf(one.raw)).toBe(`sha-256 ${one.fingerprint256}`);
  });

  it('matches by any hash function that is known, in any case of letters', () => {
    expect(matchesFingerprint(one.raw, [fingerprintOf(one.raw)])).toBe(true);
    expect(matchesFingerprint(one.raw, [`SHA-1 ${one.fingerprint.toLowerCase()}`])).toBe(true);
    expect(matchesFingerprint(one.raw, [`sha-512 ${one.fingerprint512}`])).toBe(true);
    expect(matchesFingerprint(one.raw, [fingerprintOf(other.raw), fingerprintOf(one.raw)])).toBe(true);
  });

  it('does not match another certificate, nothing, or what is no fingerprint', () => {
    for (const given of [[], [fingerprintOf(other.raw)], ['md5 00'], ['sha-256'], [''], ['nonsense 1 2 3']])
      expect(matchesFingerprint(one.raw, given)).toBe(false);
  });

  it('counts by the strongest function alone', () => {
    const mixed = [`sha-1 ${one.fingerprint}`, `sha-256 ${other.fingerprint256}`];
    expect(matchesFingerprint(one.raw, mixed)).toBe(false);
    expect(matchesFingerprint(other.raw, mixed)).toBe(true);
    expect(matchesFingerprint(one.raw, ['md5 00', `sha-1 ${one.fingerprint}`])).toBe(true);
  });
});
