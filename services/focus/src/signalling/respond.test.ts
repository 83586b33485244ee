import { describe, expect, it } from 'vitest';
import { respond } from './respond.js';
import { requestOf, transactionOf } from './testing.js';

describe('answers', () => {
  it('AUTH-008 a challenge is stateless, each algorithm in a header field of its own, in their order', () => {
    const { transaction, answers } = transactionOf(requestOf('INVITE'));
    respond.challenge(transaction, ['Digest algorithm=SHA-256', 'Digest algorithm=MD5'], 'derived');
    expect(answers).toMatchObject([
      {
        status: 401,
        stateless: true,
        toTag: 'derived',
        headers: [
          ['WWW-Authenticate', 'Digest algorithm=SHA-256'],
          ['WWW-Authenticate', 'Digest algorithm=MD5'],
        ],
      },
    ]);
  });

  it('ERR-005 a refusal by policy says why, in a Reason', () => {
    const { transaction, answers } = transactionOf(requestOf('INVITE'));
    respond.refuse(transaction, 403, 'room is locked');
    expect(answers[0]?.headers).toEqual([['Reason', 'SIP;cause=403;text="room is locked"']]);
  });

  it('ERR-005 488 carries its Warning, 400 and 413 nothing', () => {
    const refused = transactionOf(requestOf('INVITE'));
    respond.mediaFault(refused.transaction, { status: 488, warning: { code: 305, text: 'no CPIM' } }, 'example.com');
    expect(refused.answers[0]).toMatchObject({ status: 488, headers: [['Warning', '305 example.com "no CPIM"']] });
    const broken = transactionOf(requestOf('INVITE'));
    respond.mediaFault(broken.transaction, { status: 413, text: 'too long' }, 'example.com');
    expect(broken.answers[0]).toMatchObject({ status: 413, headers: [] });
  });

  it('SIP-033 what cannot be served now is 503 with Retry-After', () => {
    const { transaction, answers } = transactionOf(requestOf('INVITE'));
    respond.unavailable(transaction);
    expect(answers[0]).toMatchObject({ status: 503, headers: [['Retry-After', '5']] });
  });

  it.each([
    [0, '0'],
    [0.5, '5'],
    [0.999, '10'],
  ])('SIP-028 glare: Retry-After from 0 to 10 (%d)', (random, seconds) => {
    const { transaction, answers } = transactionOf(requestOf('INVITE'));
    respond.later(transaction, random);
    expect(answers[0]).toMatchObject({ status: 500, headers: [['Retry-After', seconds]] });
  });
});
