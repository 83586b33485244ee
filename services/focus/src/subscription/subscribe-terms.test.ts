import { describe, expect, it } from 'vitest';
import { requestOf, transactionOf } from '../signalling/testing.js';
import { subscribeTerms } from './subscribe-terms.js';

const durations = { defaultSeconds: 3_600, maximumSeconds: 3_600, minimumSeconds: 60 };

describe('what a SUBSCRIBE asks for', () => {
  it('EVT-003 EVT-007 EVT-008 is read', () => {
    const headers = { Event: 'conference;id=a7', Expires: '600', Supported: 'gruu', Accept: '*/*' };
    const { transaction, answers } = transactionOf(requestOf('SUBSCRIBE', headers));
    expect(subscribeTerms(transaction, { durations })).toEqual({
      eventId: 'a7',
      form: 'legacy',
      namesForm: true,
      seconds: 600,
      gruu: true,
    });
    expect(answers).toEqual([]);
  });

  it('EVT-003 what it does not say has a default; an Expires that cannot be read says nothing', () => {
    for (const headers of [{ Event: 'conference' }, { Event: 'conference', Expires: 'soon' }]) {
      const { transaction } = transactionOf(requestOf('SUBSCRIBE', headers));
      const expected = { eventId: '', form: 'legacy', namesForm: false, seconds: 3_600, gruu: false };
      expect(subscribeTerms(transaction, { durations })).toEqual(expected);
    }
  });

  it.each([
    ['EVT-002 no Event', {}, 489, ['Allow-Events', 'conference']],
    ['EVT-002 unknown package', { Event: 'presence' }, 489, ['Allow-Events', 'conference']],
    ['EVT-002 a package name has case', { Event: 'Conference' }, 489, ['Allow-Events', 'conference']],
    ['EVT-003 too brief', { Event: 'conference', Expires: '59' }, 423, ['Min-Expires', '60']],
  ] as const)('%s', (_title, headers, status, header) => {
    const { transaction, answers } = transactionOf(requestOf('SUBSCRIBE', headers));
    expect(subscribeTerms(transaction, { durations })).toBeUndefined();
    expect(answers).toMatchObject([{ status, headers: [header] }]);
  });

  it('EVT-002 406 names what there is', () => {
    const { transaction, answers } = transactionOf(
      requestOf('SUBSCRIBE', { Event: 'conference', Accept: 'text/plain' }),
    );
    expect(subscribeTerms(transaction, { durations })).toBeUndefined();
    expect(answers[0]?.status).toBe(406);
    expect(new Map(answers[0]?.headers).get('Accept')).toContain('application/conference-info+xml');
  });

  it('two Event header fields: 400', () => {
    const request = requestOf('SUBSCRIBE', { Event: 'conference' });
    request.headers.append('Event', 'conference');
    const { transaction, answers } = transactionOf(request);
    expect(subscribeTerms(transaction, { durations })).toBeUndefined();
    expect(answers[0]?.status).toBe(400);
  });
});
