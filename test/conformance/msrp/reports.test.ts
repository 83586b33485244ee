import { describe, expect, it } from 'vitest';
import { cpim, ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

async function pair(policy: Readonly<Record<string, unknown>> = {}): Promise<{ alice: Seat; bob: Seat }> {
  const room = await system.room({ policy });
  return { alice: await system.join(room, 'alice'), bob: await system.join(room, 'bob') };
}

describe('Failure-Report', () => {
  const values: readonly (readonly [value: string | undefined, success: number[], failure: number[]])[] = [
    [undefined, [200], [403]],
    ['yes', [200], [403]],
    ['YES', [200], [403]],
    ['partial', [], [403]],
    ['Partial', [], [403]],
    ['no', [], []],
  ];
  it.each(values)('RPT-001 RPT-002 %s', async (value, success, failure) => {
    const { alice, bob } = await pair();
    const headers = value === undefined ? [] : [`Failure-Report: ${value}`];
    const [good, bad] = [ident(), ident()];
    alice.msrp.write(
      alice.octets({ id: good, headers: [`Message-ID: ${good}`, ...headers], body: alice.cpim({ text: 'good' }) }),
    );
    alice.msrp.write(
      alice.octets({
        id: bad,
        headers: [`Message-ID: ${bad}`, ...headers],
        body: cpim({ from: 'sip:eve@localhost', to: alice.room, text: 'bad' }),
      }),
    );
    await alice.settled();
    expect(alice.answersTo(good).map(({ status }) => status)).toEqual(success);
    expect(alice.answersTo(bad).map(({ status }) => status)).toEqual(failure);
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
    await bob.copy('good');
    expect(await bob.copiesAfterMarker(alice, 'bad')).toEqual([]);
  });

  it('RPT-002 five chunks are five answers', async () => {
    const { alice, bob } = await pair();
    const body = alice.cpim({ text: 'x'.repeat(500) });
    const ids = await chunks(alice, body, 5);
    expect(ids.flatMap((id) => alice.answersTo(id).map(({ status }) => status))).toEqual([200, 200, 200, 200, 200]);
    await bob.copiesAfterMarker(alice, '');
    expect(
      Buffer.concat(
        bob
          .copies()
          .slice(0, -1)
          .map(({ body: part }) => part!),
      ).toString(),
    ).toBe(body);
  });
});

describe('answers', () => {
  it('RPT-003 to a SEND go to the leftmost URI of From-Path, to a NICKNAME to the whole list', async () => {
    const { alice } = await pair();
    const relay = 'msrp://relay.example.com:2855/r1;tcp';
    const fromPath = `${relay} ${alice.fromPath}`;
    expect(field(await alice.ask({ fromPath }), 'To-Path')).toBe(relay);
    expect(field(await alice.nickname('"Al"', { fromPath }), 'To-Path')).toBe(fromPath);
  });
});

describe('success REPORT', () => {
  it('RPT-005 RPT-007 comes from the switch, once, with what was asked and nothing else', async () => {
    const { alice } = await pair();
    const body = alice.cpim({ text: 'report this' });
    await alice.ask({ body, headers: ['Message-ID: reported1', 'Success-Report: yes'] });
    const report = await alice.msrp.request('REPORT');
    const length = String(Buffer.byteLength(body));
    expect(report.headers.map(([name, value]) => [name, value])).toEqual([
      ['To-Path', alice.fromPath],
      ['From-Path', alice.toPath],
      ['Message-ID', 'reported1'],
      ['Byte-Range', `1-${length}/${length}`],
      ['Status', expect.stringMatching(/^000 200( \S.*)?$/)],
    ]);
    expect(report.body).toBeUndefined();
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toHaveLength(1);
  });

  it('RPT-007 with Failure-Report no: no 200, but a REPORT (RFC 4975 section 11.6)', async () => {
    const { alice } = await pair();
    const id = ident();
    alice.msrp.write(
      alice.octets({
        id,
        headers: ['Message-ID: figure16', 'Success-Report: yes', 'Failure-Report: no'],
        body: alice.cpim(),
      }),
    );
    expect(field(await alice.msrp.request('REPORT'), 'Message-ID')).toBe('figure16');
    expect(alice.answersTo(id)).toEqual([]);
  });

  it('RPT-007 none without Success-Report: yes, and none for what was refused', async () => {
    const { alice } = await pair();
    await alice.say('a', { headers: ['Success-Report: no'] });
    await alice
      .say('b', { headers: ['Failure-Report: no', 'Message-ID: silent1'], id: 'silent.1' })
      .catch(() => undefined);
    await alice.ask({ body: cpim({ from: 'sip:eve@localhost', to: alice.room }), headers: ['Success-Report: yes'] });
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toEqual([]);
  }, 30_000);

  it('RPT-007 a message in chunks is reported once, as a whole', async () => {
    const { alice } = await pair();
    const body = alice.cpim({ text: 'y'.repeat(900) });
    await chunks(alice, body, 3, ['Success-Report: yes']);
    const report = await alice.msrp.request('REPORT');
    expect(field(report, 'Byte-Range')).toBe(`1-${String(body.length)}/${String(body.length)}`);
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toHaveLength(1);
  });
});

describe('REPORTs that come in', () => {
  it('RPT-006 are never answered, known Message-ID or not, whatever their Status', async () => {
    const { alice, bob } = await pair();
    await alice.say('to be reported');
    const copy = await bob.copy('to be reported');
    const known = field(copy, 'Message-ID') ?? '';
    const ids: string[] = [];
    for (const [messageId, status] of [
      [known, '000 200 OK'],
      [known, '000 413 too big'],
      [known, '001 200 other namespace'],
      [known, 'nonsense'],
      ['unknown99', '000 200 OK'],
    ] as const) {
      const id = ident();
      ids.push(id);
      bob.msrp.write(
        bob.octets({
          id,
          method: 'REPORT',
          headers: [`Message-ID: ${messageId}`, 'Byte-Range: 1-2/2', `Status: ${status}`],
        }),
      );
    }
    await bob.settled();
    expect(ids.flatMap((id) => bob.msrp.frames.filter((frame) => frame.id === id))).toEqual([]);
  });

  it('CHAT-021 PRIV-009 reports and errors of a recipient do not reach the sender', async () => {
    const { alice, bob } = await pair();
    await alice.say('who will complain?', { headers: ['Success-Report: yes'] });
    await alice.msrp.request('REPORT');
    const copy = await bob.copy('who will complain?');
    const report = `Message-ID: ${field(copy, 'Message-ID') ?? ''}`;
    for (const status of ['000 200', '000 400'])
      bob.msrp.write(bob.octets({ method: 'REPORT', headers: [report, 'Byte-Range: 1-9/9', `Status: ${status}`] }));
    bob.msrp.write(
      `MSRP ${copy.id} 400 no\r\nTo-Path: ${bob.toPath}\r\nFrom-Path: ${bob.fromPath}\r\n-------${copy.id}$\r\n`,
    );
    await bob.ping();
    await alice.settled();
    expect(alice.msrp.frames.filter(({ method }) => method === 'REPORT')).toHaveLength(1);
  });
});

describe('message-size limits', () => {
  it('RPT-020 a message declared above max-size is 413 at once', async () => {
    const { alice, bob } = await pair({ maxSizeBytes: '5000' });
    const body = alice.cpim({ text: 'declared' });
    expect((await alice.ask({ body, headers: ['Byte-Range: 1-*/5001'] })).status).toBe(413);
    expect(await bob.copiesAfterMarker(alice, 'declared')).toEqual([]);
  });

  it('RPT-020 RPT-022 one that is not declared is 413 when it passes max-size, and so are its later chunks', async () => {
    const { alice } = await pair({ maxSizeBytes: '5000' });
    const head = 'Message-ID: undeclared';
    const first = await alice.ask({
      body: alice.cpim({ text: 'z'.repeat(3000) }),
      headers: [head, 'Byte-Range: 1-*/*'],
      flag: '+',
    });
    expect(first.status).toBe(200);
    const second = await alice.ask({ body: 'z'.repeat(3000), headers: [head, 'Byte-Range: 3200-*/*'], flag: '+' });
    expect(second.status).toBe(413);
    const third = await alice.ask({ body: 'z', headers: [head, 'Byte-Range: 6200-*/*'], flag: '+' });
    expect(third.status).toBe(413);
    expect((await alice.say('small again')).status).toBe(200);
  });

  it('RPT-020 exactly max-size is taken', async () => {
    const { alice, bob } = await pair({ maxSizeBytes: '1000' });
    const empty = alice.cpim({ text: '' }).length;
    expect((await alice.say('e'.repeat(1000 - empty))).status).toBe(200);
    expect((await alice.say('e'.repeat(1001 - empty))).status).toBe(413);
    await bob.copy('e'.repeat(500));
  });
});

describe('ranges of copies', () => {
  it('RPT-013 up to 2048 octets the end is named, above it is a star', async () => {
    const { alice, bob } = await pair();
    const empty = alice.cpim({ text: '' }).length;
    await alice.say(`${'f'.repeat(2047 - empty)}1`);
    await alice.say(`${'f'.repeat(2048 - empty)}2`);
    expect(field(await bob.copy('f1'), 'Byte-Range')).toBe('1-2048/2048');
    expect(field(await bob.copy('f2'), 'Byte-Range')).toBe('1-*/2049');
  });
});

/** Sends a message in so many chunks; returns their ids when all are answered. */
async function chunks(seat: Seat, body: string, count: number, headers: readonly string[] = []): Promise<string[]> {
  const messageId = ident();
  const size = Math.ceil(body.length / count);
  const ids: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const id = ident();
    ids.push(id);
    const part = body.slice(at, at + size);
    seat.msrp.write(
      seat.octets({
        id,
        headers: [
          `Message-ID: ${messageId}`,
          `Byte-Range: ${String(at + 1)}-${String(at + part.length)}/${String(body.length)}`,
          ...headers,
        ],
        body: part,
        flag: at + size >= body.length ? '$' : '+',
      }),
    );
  }
  for (const id of ids) await seat.msrp.answer(id);
  return ids;
}
