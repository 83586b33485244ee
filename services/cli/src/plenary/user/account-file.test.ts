import { describe, expect, it } from 'vitest';
import { readAccountFile } from './account-file.js';

describe('a file of accounts', () => {
  it('is JSON lines or CSV, with empty lines and remarks between', () => {
    const read = readAccountFile(
      '\uFEFFusername,password\r\n# ours\r\nalice,secret\r\n\r\n"bob","with ""quotes"", and commas"\n{"username":"carol","password":"x","identities":["xmpp:c@x"],"systemRoles":["administrator"]}\n',
    );
    if (!read.ok) throw new Error(read.error);
    expect(read.value).toEqual([
      { username: 'alice', password: 'secret', identities: [], systemRoles: [] },
      { username: 'bob', password: 'with "quotes", and commas', identities: [], systemRoles: [] },
      { username: 'carol', password: 'x', identities: ['xmpp:c@x'], systemRoles: ['administrator'] },
    ]);
  });

  it.each([
    ['alice', 'line 1: no password'],
    ['alice,a\nalice,b', 'line 2: alice is there twice'],
    ['alice,a,b', 'line 1: more than name and password'],
    [',a', 'line 1: no name'],
    ['"alice,a', 'line 1: a quote is not closed'],
    ['{"username":"a"}', 'line 1: no password'],
    ['{"password":"a"}', 'line 1: no username'],
    ['{oops', 'line 1: not JSON'],
    ['{"username":"a","password":"b","identities":"c"}', 'line 1: identities is no list'],
    ['{"username":"a","password":"b","systemRoles":[1]}', 'line 1: systemRoles is no list'],
  ])('%j is refused', (text, reason) => {
    const read = readAccountFile(text);
    expect(read.ok ? '' : read.error).toContain(reason);
  });
});
