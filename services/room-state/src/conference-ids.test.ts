import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newLabel, newPassword, newXconUri, sipUriOf } from './conference-ids.js';

const random = (count: number): Uint8Array => randomBytes(count);

describe('names of conference objects', () => {
  it('XCON-001 XCON-003 XCON-005 are in lower case, have 128 random bits, and differ', () => {
    const uris = Array.from({ length: 1_000 }, () => newXconUri('Example.com', random));
    expect(new Set(uris).size).toBe(1_000);
    for (const uri of uris) expect(uri).toMatch(/^xcon:[a-z0-9]{26}@example\.com$/);
  });

  it('the SIP URI is a part of the XCON-URI', () => {
    const uri = newXconUri('localhost', random);
    expect(uri).toContain(/^sip:([a-z0-9]{12})@localhost$/.exec(sipUriOf(uri, 'localhost'))?.[1]);
  });

  it('labels are positive integers, passwords hard to mistake', () => {
    for (let count = 0; count < 100; count++) {
      expect(Number(newLabel(random))).toBeGreaterThan(0);
      expect(newPassword(random)).toMatch(/^[a-hj-km-np-z2-9]{10}$/);
    }
  });
});
