import { describe, expect, it } from 'vitest';
import { OpenRequests } from './open-requests.js';
import { requestOf, transactionOf } from './testing.js';

describe('open requests of a dialog', () => {
  it('SIP-028 an INVITE is open until its final response, an UPDATE is no INVITE', () => {
    const requests = new OpenRequests();
    const invite = transactionOf(requestOf('INVITE')).transaction;
    const update = transactionOf(requestOf('UPDATE')).transaction;
    requests.opened('d', update);
    expect(requests.invite('d')).toBeUndefined();
    requests.opened('d', invite);
    expect([requests.invite('d'), requests.invite('e')]).toEqual(['theirs', undefined]);
    invite.respond(200);
    expect(requests.invite('d')).toBeUndefined();
  });

  it('SIP-028 ours is told before theirs', () => {
    const requests = new OpenRequests();
    requests.opened('d', transactionOf(requestOf('INVITE')).transaction);
    requests.ourInviteOpened('d');
    expect(requests.invite('d')).toBe('ours');
    requests.ourInviteEnded('d');
    expect(requests.invite('d')).toBe('theirs');
  });

  it('SIP-029 what is pending when the dialog ends gets 487, what has ended nothing', () => {
    const requests = new OpenRequests();
    const [pending, over] = [transactionOf(requestOf('INVITE')), transactionOf(requestOf('UPDATE'))];
    requests.opened('d', pending.transaction);
    requests.opened('d', over.transaction);
    requests.ended('d', over.transaction);
    requests.terminate('d');
    expect(pending.answers.map(({ status }) => status)).toEqual([487]);
    expect(over.answers).toEqual([]);
  });
});
