import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import { field, type Frame } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

async function pair(): Promise<{ alice: Seat; bob: Seat }> {
  const room = await system.room();
  return { alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

/** Lines of a frame before its body. */
function headOf(frame: Frame): string[] {
  const text = frame.octets.toString('latin1');
  return text.slice(0, text.indexOf('\r\n\r\n') === -1 ? text.length : text.indexOf('\r\n\r\n')).split('\r\n');
}

describe('requests', () => {
  it('MSRP-018 an unknown method is 501', async () => {
    const { alice } = await pair();
    expect(await alice.ask({ method: 'FOO' })).toMatchObject({ status: 501, phrase: 'Unknown method' });
    expect((await alice.ping()).status).toBe(200);
  });

  it('MSRP-005 names in any case, any number of blanks, paths in either order', async () => {
    const { alice, bob } = await pair();
    const id = ident();
    const body = alice.cpim({ text: 'oddly spelled' });
    alice.msrp.write(
      `MSRP ${id} SEND\r\nfrom-path:  ${alice.fromPath}\r\nTO-PATH:${alice.toPath}\r\nmessage-id:   ${id}\r\n` +
        `content-type: Message/CPIM\r\n\r\n${body}\r\n-------${id}$\r\n`,
    );
    expect((await alice.msrp.answer(id)).status).toBe(200);
    await bob.copy('oddly spelled');
  });

  it('MSRP-007 no body and an empty body are two things', async () => {
    const { alice } = await pair();
    expect((await alice.ask({})).status).toBe(200);
    expect((await alice.ask({ body: '' })).status).toBe(400);
  });

  it('MSRP-009 what only resembles the end-line is data', async () => {
    const { alice, bob } = await pair();
    const id = 'abcd1234';
    const text = [
      '-------other123$',
      `------${id}$`,
      `-------${id}!`,
      `--------${id}$`,
      `-------${id}5$`,
      `-------${id}$ `,
      `x-------${id}$`,
    ].join('\r\n');
    expect((await alice.say(text, { id })).status).toBe(200);
    expect((await bob.copy('other123')).body?.toString()).toBe(alice.cpim({ text }));
  });

  it('MSRP-012 CPIM-011 all 256 octets pass as they are', async () => {
    const { alice, bob } = await pair();
    const binary = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
    const body = Buffer.concat([Buffer.from(alice.cpim({ text: 'octets', type: 'application/octet-stream' })), binary]);
    expect((await alice.ask({ body })).status).toBe(200);
    const copy = await bob.copy('octets');
    expect(copy.body?.equals(body)).toBe(true);
    expect(copy.headers.map(([name]) => name)).not.toContain('Content-Transfer-Encoding');
  });

  it('MSRP-015 the data is counted, Byte-Range is not believed', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: 'miscounted' });
    const answer = await alice.ask({
      body,
      headers: [`Byte-Range: 1-${String(body.length + 2)}/${String(body.length + 2)}`],
    });
    expect(answer.status).toBe(200);
    const copy = await bob.copy('miscounted');
    expect(copy.body?.length).toBe(body.length);
    expect(field(copy, 'Byte-Range')).toBe(`1-${String(body.length)}/${String(body.length)}`);
  });

  it('MSRP-017 unknown header fields are skipped and not passed on', async () => {
    const { alice, bob } = await pair();
    const headers = ['X-Foo: 1', 'X-Bar: "unclosed'];
    expect((await alice.say('with more headers', { headers })).status).toBe(200);
    expect((await bob.copy('with more headers')).headers.map(([name]) => name)).toEqual([
      'To-Path',
      'From-Path',
      'Message-ID',
      'Byte-Range',
      'Failure-Report',
      'Content-Type',
    ]);
  });

  it('MSRP-014 numbers, stars and no Byte-Range at all are taken', async () => {
    const { alice } = await pair();
    const length = String(alice.cpim({ text: 'ranged' }).length);
    for (const range of [`1-${length}/${length}`, '1-*/*', `1-*/${length}`, `1-${length}/*`])
      expect((await alice.say('ranged', { headers: [`Byte-Range: ${range}`] })).status, range).toBe(200);
    expect((await alice.ask({ headers: ['Byte-Range: 1-0/0'] })).status).toBe(200);
  });

  it('MSRP-013 a backslash before anything but a quote or itself is malformed', async () => {
    const { alice } = await pair();
    expect((await alice.nickname(String.raw`"a\nb"`)).status).toBe(424);
    expect((await alice.nickname(String.raw`"a\"b"`)).status).toBe(200);
    expect((await alice.nickname(String.raw`"a\\b"`)).status).toBe(200);
  });
});

describe('what the edge writes', () => {
  it('MSRP-001 MSRP-021 RPT-003 a response: same id, paths swapped, no body, flag $', async () => {
    const { alice } = await pair();
    const answer = await alice.ask({ id: 'tr4ns.id', headers: ['Message-ID: m12345'] });
    expect(answer.octets.toString()).toBe(
      `MSRP tr4ns.id 200 OK\r\nTo-Path: ${alice.fromPath}\r\nFrom-Path: ${alice.toPath}\r\nMessage-ID: m12345\r\n-------tr4ns.id$\r\n`,
    );
  });

  it('MSRP-004 MSRP-007 a copy: paths first, one space after each colon, Content-Type last, then a blank line', async () => {
    const { alice, bob } = await pair();
    await alice.say('formally');
    const copy = await bob.copy('formally');
    const lines = headOf(copy);
    expect(lines[0]).toMatch(/^MSRP [A-Za-z0-9][A-Za-z0-9.+%=-]{3,31} SEND$/);
    expect(lines[1]).toBe(`To-Path: ${bob.fromPath}`);
    expect(lines[2]).toBe(`From-Path: ${bob.toPath}`);
    for (const line of lines.slice(1)) expect(line).toMatch(/^[A-Za-z-]+: \S.*\S$/);
    expect(lines.at(-1)).toBe('Content-Type: message/cpim');
    expect(copy.octets.toString().endsWith(`\r\n-------${copy.id}$\r\n`)).toBe(true);
  });

  it('MSRP-003 ids of copies are long and never the same', async () => {
    const { alice, bob } = await pair();
    for (let i = 0; i < 50; i++) await alice.say(`number ${String(i)}.`);
    await bob.copy('number 49.');
    const copies = bob.copies();
    const ids = copies.map(({ id }) => id);
    const messageIds = copies.map((frame) => field(frame, 'Message-ID'));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(messageIds).size).toBe(messageIds.length);
    for (const id of ids) expect(id.length).toBeGreaterThanOrEqual(11);
    for (const id of messageIds) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9.+%=-]{3,31}$/);
  });

  it('MSRP-011 a copy never has its own end-line within its body', async () => {
    const { alice, bob } = await pair();
    await alice.say('first');
    const earlier = await bob.copy('first');
    const text = `-------${earlier.id}$\r\n-------${earlier.id}+\r\n after`;
    await alice.say(text);
    const copy = await bob.copy('after');
    expect(copy.body?.toString()).toBe(alice.cpim({ text }));
    expect(copy.body?.includes(`-------${copy.id}`)).toBe(false);
  });
});

describe('responses that come in', () => {
  it('MSRP-021 a response to nothing is ignored, whatever it says', async () => {
    const { alice, bob } = await pair();
    for (const status of ['200 OK', '481 gone', '506 in use', '999 what']) {
      const id = ident();
      bob.msrp.write(
        `MSRP ${id} ${status}\r\nTo-Path: ${bob.toPath}\r\nFrom-Path: ${bob.fromPath}\r\n-------${id}$\r\n`,
      );
    }
    bob.msrp.write(readFileSync(new URL('../../vectors/msrp/rfc7701-s9.4-f2-200.msrp', import.meta.url)));
    expect((await bob.ping()).status).toBe(200);
    await alice.say('still here');
    await bob.copy('still here');
  });

  it('MSRP-022 a 200 with more header fields than RFC 4975 names is a 200', async () => {
    const { alice, bob } = await pair();
    await alice.say('tracked');
    const copy = await bob.copy('tracked');
    bob.msrp.write(
      `MSRP ${copy.id} 200 OK\r\nTo-Path: ${bob.toPath}\r\nFrom-Path: ${bob.fromPath}\r\nMessage-ID: ${field(copy, 'Message-ID') ?? ''}\r\n` +
        `Byte-Range: 1-10/10\r\nX-Foo: bar\r\n-------${copy.id}$\r\n`,
    );
    await alice.say('and again');
    await bob.copy('and again');
  });
});
