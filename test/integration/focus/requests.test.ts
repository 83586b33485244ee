import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offer } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
});
afterAll(() => installation.close());

describe('checks of a request, after authentication', () => {
  it.each([
    ['SIP-017 unknown method: 405', 'PUBLISH', {}, 405, ['Allow', 'INVITE']],
    ['SIP-017 REGISTER is not served: 405', 'REGISTER', { to: 'sip:localhost' }, 405, ['Allow', 'INVITE']],
    ['SIP-017 method before scheme', 'PUBLISH', { to: 'tel:+12015550123' }, 405, undefined],
    ['SIP-017 unknown scheme: 416', 'INVITE', { to: 'tel:+12015550123' }, 416, undefined],
    ['SIP-035 sips without TLS: 416', 'INVITE', { to: 'sips:lobby@localhost' }, 416, undefined],
    ['SIP-017 another host: 404', 'INVITE', { to: 'sip:lobby@elsewhere.example' }, 404, undefined],
    ['SIP-017 no room named: 404', 'INVITE', { to: 'sip:localhost' }, 404, undefined],
    ['SIP-017 unknown room: 404', 'INVITE', { to: 'nowhere', body: offer() }, 404, undefined],
    [
      'SIP-017 unknown extension: 420',
      'INVITE',
      { headers: { Require: 'timer, 100rel, foo' }, body: offer() },
      420,
      ['Unsupported', '100rel, foo'],
    ],
    [
      'ROOM-007 a list of invitees at a room: 420',
      'INVITE',
      { headers: { Require: 'recipient-list-invite' }, body: offer() },
      420,
      ['Unsupported', 'recipient-list-invite'],
    ],
    [
      'SIP-017 extension before content',
      'INVITE',
      { headers: { Require: 'foo', 'Content-Type': 'text/plain' }, body: 'hi' },
      420,
      undefined,
    ],
    [
      'SIP-017 another type of body: 415',
      'INVITE',
      { headers: { 'Content-Type': 'text/plain' }, body: 'hi' },
      415,
      ['Accept', 'application/sdp'],
    ],
    [
      'SIP-017 an encoded body: 415',
      'INVITE',
      { headers: { 'Content-Encoding': 'gzip' }, body: offer() },
      415,
      undefined,
    ],
    ['SIP-031 session interval below 90 s: 422', 'INVITE', timer('60'), 422, ['Min-SE', '90']],
    ['SIP-031 malformed session interval: 400', 'INVITE', timer('soon'), 400, undefined],
    ['SIP-029 BYE outside a dialog: 481', 'BYE', {}, 481, undefined],
    ['SIP-028 UPDATE outside a dialog: 481', 'UPDATE', {}, 481, undefined],
  ] as const)('%s', async (_title, method, parts, status, header) => {
    const client = await installation.client(replica);
    const before = installation.edges.count('reserve');
    const { response } = await client.authenticated(client.build(method, parts));
    expect(response.status).toBe(status);
    if (header) expect(response.headers.get(header[0])).toContain(header[1]);
    expect(installation.edges.count('reserve'), 'ERR-007').toBe(before);
  });

  it.each(['BYE', 'INVITE', 'UPDATE', 'OPTIONS', 'INFO'])(
    'SIP-021 %s in a dialog nobody knows: 481',
    async (method) => {
      const client = await installation.client(replica);
      const request = client.build(method, { headers: { To: '<sip:lobby@localhost>;tag=focus.gone' } });
      expect((await client.send(request)).status).toBe(481);
    },
  );

  it('SIP-017 the same INVITE by two ways: the second is 482', async () => {
    const client = await installation.client(replica);
    const challenged = await client.authenticated(
      client.build('INVITE', { headers: { 'Content-Type': 'x/y' }, body: 'x' }),
    );
    expect(challenged.response.status).toBe(415);
    // A new request with two branches, both with credentials of their own.
    const request = client.build('INVITE', { body: offer() });
    const [first, second] = await Promise.all([0, 1].map(async () => client.send(client.digest.authorize(request))));
    expect([first?.status, second?.status].toSorted((a = 0, b = 0) => a - b)).toEqual([200, 482]);
  });

  it('SIP-021 in a dialog: CSeq below the last is 500, far above is fine, another tag is 481', async () => {
    const client = await installation.client(replica);
    const joined = await client.join();
    joined.dialog = { ...joined.dialog, localSequence: 40 };
    expect((await client.inDialog(joined, 'UPDATE')).response.status).toBe(200);
    joined.dialog = { ...joined.dialog, localSequence: 7 };
    expect((await client.inDialog(joined, 'UPDATE')).response.status).toBe(500);
    joined.dialog = { ...joined.dialog, localSequence: 8 };
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(500);
    const { dialog } = joined;
    joined.dialog = {
      ...dialog,
      localSequence: 50,
      localAddress: dialog.localAddress.replace(/tag=.*$/u, 'tag=other'),
    };
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(481);
    joined.dialog = { ...dialog, localSequence: 60 };
    expect((await client.inDialog(joined, 'INFO')).response.status).toBe(405);
    expect((await client.inDialog(joined, 'BYE', { headers: { Require: 'foo' } })).response.status).toBe(420);
    expect((await client.inDialog(joined, 'OPTIONS')).response.status).toBe(200);
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
  });
});

describe('OPTIONS', () => {
  it('SIP-030 the service answers anybody, with what it could do and port 0', async () => {
    const client = await installation.client(replica);
    const response = await client.send(client.build('OPTIONS', { to: 'sip:localhost' }));
    expect(response.status).toBe(200);
    expect(response.headers.get('Allow')).toContain('INVITE');
    expect(Buffer.from(response.body).toString('utf8')).toContain('m=message 0 TCP/MSRP *');
    expect(response.headers.get('Contact')).toBeUndefined();
  });

  it('SIP-030 AUTH-001 a room says isfocus to a user, and to nobody else that it is there', async () => {
    const client = await installation.client(replica);
    expect((await client.send(client.build('OPTIONS'))).status).toBe(401);
    expect((await client.send(client.build('OPTIONS', { to: 'nowhere' }))).status).toBe(401);
    const { response } = await client.authenticated(client.build('OPTIONS'));
    expect(response.status).toBe(200);
    expect(response.headers.get('Contact')).toContain(';isfocus');
    expect((await client.authenticated(client.build('OPTIONS', { to: 'nowhere' }))).response.status).toBe(404);
  });

  it('AUTH-001 a setting opens it to everybody', async () => {
    const open = await installation.start({ FOCUS_OPEN_OPTIONS: 'true' });
    const client = await installation.client(open);
    expect((await client.send(client.build('OPTIONS'))).status).toBe(200);
    expect((await client.send(client.build('OPTIONS', { to: 'nowhere' }))).status).toBe(404);
  });
});

function timer(sessionExpires: string): { headers: Record<string, string>; body: string } {
  return { headers: { Supported: 'timer', 'Session-Expires': sessionExpires }, body: offer() };
}
