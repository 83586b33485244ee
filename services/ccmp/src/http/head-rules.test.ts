import { describe, expect, it } from 'vitest';
import { refusalOf, type RequestHead, tooLarge, tooMany } from './head-rules.js';

const rules = { path: '/ccmp', maxBodyBytes: 1_000 };
const good: RequestHead = {
  method: 'POST',
  target: '/ccmp',
  headers: { host: 'ccmp.example.com', 'content-type': 'application/ccmp+xml', accept: 'application/ccmp+xml' },
};
const withHeaders = (headers: RequestHead['headers']): number | undefined =>
  refusalOf({ ...good, headers: { ...good.headers, ...headers } }, rules)?.status;

describe('the head of a request', () => {
  it('that is good is not refused, in origin-form and absolute-form', () => {
    expect(refusalOf(good, rules)).toBeUndefined();
    expect(refusalOf({ ...good, target: '/ccmp?x=1' }, rules)).toBeUndefined();
    expect(refusalOf({ ...good, target: 'http://ccmp.example.com/ccmp' }, rules)).toBeUndefined();
  });

  it.each(['/', '/ccmp/', '/CCMP', '*', 'ccmp', 'http://ccmp.example.com/other'])(
    '%s is another place: 404',
    (target) => {
      expect(refusalOf({ ...good, target }, rules)?.status).toBe(404);
    },
  );

  it('CCMP-008 other methods are 405, and say which is taken', () => {
    expect(refusalOf({ ...good, method: 'GET' }, rules)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('CCMP-006 conditions are 412, Expect and Range 501', () => {
    expect(withHeaders({ 'if-none-match': '*' })).toBe(412);
    expect(withHeaders({ expect: '100-continue' })).toBe(501);
    expect(withHeaders({ range: 'bytes=0-' })).toBe(501);
  });

  it('CCMP-003 types that are not CCMP are 406, a missing Host 400', () => {
    expect(withHeaders({ 'content-type': 'text/plain' })).toBe(406);
    expect(withHeaders({ accept: 'text/plain' })).toBe(406);
    expect(withHeaders({ host: undefined })).toBe(400);
  });

  it('SEC-013 what is too long or encoded is not read', () => {
    expect(withHeaders({ 'content-length': '1001' })).toBe(413);
    expect(withHeaders({ 'content-length': '1000' })).toBeUndefined();
    expect(withHeaders({ 'content-encoding': 'br' })).toBe(415);
    expect(withHeaders({ 'content-encoding': 'Identity' })).toBeUndefined();
    expect(tooLarge).toMatchObject({ status: 413, close: true });
    expect(tooMany).toMatchObject({ status: 429, close: true, headers: { 'retry-after': '1' } });
  });
});
