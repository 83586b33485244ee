import { describe, expect, it } from 'vitest';
import { createDecoder } from './decoder.js';
import type { MsrpRequestHead } from './message.js';
import { respondTo } from './response.js';
import { collected, decode, octetByOctet, wire } from './testing.js';

const PATHS = 'To-Path: msrp://a.example:2855/one;tcp\nFrom-Path: msrp://b.example:2855/two;tcp\n';
const GOOD = `MSRP good1234 200 OK\n${PATHS}-------good1234$\n`;

/** A SEND with the given header lines and body, between nothing and nothing. */
function send(headers: string, body: string | undefined, id = 'abcd1234', flag = '$'): string {
  const content = body === undefined ? '' : `Content-Type: text/plain\n\n${body}\n`;
  return `MSRP ${id} SEND\n${PATHS}${headers}${content}-------${id}${flag}\n`;
}

/** The events of the text, asserted to be the same octet by octet. */
function read(text: string | Uint8Array, limits = {}): unknown[] {
  const octets = typeof text === 'string' ? wire(text) : text;
  const whole = collected([octets], limits);
  expect(collected(octetByOctet(octets), limits)).toEqual(whole);
  return whole;
}

describe('framing', () => {
  it.each([
    ['MSRP-002 an id of 3 octets', `MSRP abc SEND\n${PATHS}-------abc$\n`],
    ['MSRP-002 an id of 33 octets', `MSRP ${'a'.repeat(33)} SEND\n${PATHS}-------${'a'.repeat(33)}$\n`],
    ['MSRP-002 an id that begins with a hyphen', `MSRP -abc SEND\n${PATHS}--------abc$\n`],
    ['MSRP-001 msrp in lower case', `msrp abcd1234 SEND\n${PATHS}-------abcd1234$\n`],
    ['MSRP-001 no space before the id', `MSRPabcd1234 SEND\n${PATHS}`],
    ['MSRP-001 two spaces before the id', `MSRP  abcd1234 SEND\n${PATHS}`],
    ['MSRP-020 garbage', 'GET / HTTP/1.1\nHost: a\n\n'],
    ['MSRP-020 one octet of garbage', 'G'],
  ])('%s cannot be followed', (_title, text) => {
    expect(read(text + GOOD)).toEqual([{ type: 'fatal', code: 'not-msrp', status: 400, head: {} }]);
  });

  it('MSRP-020 does nothing after a fatal event', () => {
    const decoder = createDecoder();
    decoder.push(wire('GET / HTTP/1.1\n'), () => undefined);
    expect(decoder.finished).toBe(true);
    decoder.push(wire(GOOD), () => expect.unreachable());
    expect(decoder.heldBytes).toBe(0);
  });

  it.each([
    ['MSRP-001 a method in mixed case', `MSRP abcd1234 Send\n${PATHS}-------abcd1234$\n`, 'bad-start-line', 400],
    ['MSRP-001 no method', `MSRP abcd1234\n${PATHS}-------abcd1234$\n`, 'bad-start-line', 400],
    ['MSRP-001 an empty method', `MSRP abcd1234 \n${PATHS}-------abcd1234$\n`, 'bad-start-line', 400],
    ['MSRP-001 a status of two digits', `MSRP abcd1234 20 OK\n${PATHS}-------abcd1234$\n`, 'bad-start-line', 400],
    ['MSRP-004 a folded line', send('Message-ID: m123\n text: x\n', 'x'), 'bad-header-line', 400],
    ['MSRP-020 a line without colon', send('Message-ID: m123\ngarbage\n', 'x'), 'bad-header-line', 400],
    [
      'MSRP-009 a foreign end-line among the headers',
      send('Message-ID: m123\n-------other123$\n', 'x'),
      'bad-header-line',
      400,
    ],
    ['MSRP-020 no Message-ID', send('', 'x'), 'bad-message-id', 400],
    ['MSRP-002 a Message-ID of 3 octets', send('Message-ID: abc\n', 'x'), 'bad-message-id', 400],
    ['MSRP-020 two Message-IDs', send('Message-ID: m123\nMessage-ID: m124\n', 'x'), 'bad-message-id', 400],
    ['MSRP-014 a start of zero', send('Message-ID: m123\nByte-Range: 0-1/1\n', 'x'), 'bad-byte-range', 400],
    [
      'MSRP-016 a total above the ceiling',
      send('Message-ID: m123\nByte-Range: 1-*/999999999999999\n', 'x'),
      'number-too-large',
      413,
    ],
    [
      'RPT-001 an unknown Failure-Report',
      send('Message-ID: m123\nFailure-Report: maybe\n', 'x'),
      'bad-report-choice',
      400,
    ],
    [
      'MSRP-007 a body without Content-Type',
      `MSRP abcd1234 SEND\n${PATHS}Message-ID: m123\n\nbody\n-------abcd1234$\n`,
      'missing-content-type',
      400,
    ],
    [
      'MSRP-004 no To-Path',
      'MSRP abcd1234 SEND\nFrom-Path: msrp://b.example:1/x;tcp\n-------abcd1234$\n',
      'bad-path',
      400,
    ],
    [
      'MSRP-004 two To-Paths',
      `MSRP abcd1234 SEND\n${PATHS}To-Path: msrp://c.example:1/x;tcp\n-------abcd1234$\n`,
      'bad-path',
      400,
    ],
    [
      'TRN-001 a To-Path that is no MSRP URI',
      `MSRP abcd1234 SEND\nTo-Path: sip:a@b\nFrom-Path: msrp://b.example:1/x;tcp\n-------abcd1234$\n`,
      'bad-path',
      400,
    ],
  ])('MSRP-020 %s is one bad request, and the next message is read', (_title, text, code, status) => {
    expect(read(text + GOOD)).toMatchObject([
      { type: 'bad-request', code, status, head: { transactionId: 'abcd1234' } },
      { type: 'response', response: { transactionId: 'good1234' } },
    ]);
  });

  it('MSRP-020 says of a bad request what can be answered', () => {
    const [event] = read(send('Failure-Report: no\n', 'x')) as { head: object }[];
    expect(event?.head).toMatchObject({
      method: 'SEND',
      failureReport: 'no',
      toPath: [{ host: 'a.example' }],
      fromPath: [{ host: 'b.example' }],
    });
  });

  it('RPT-006 a bad REPORT, or a line that is no response, is not to be answered', () => {
    const report = `MSRP abcd1234 REPORT\n${PATHS}garbage\n-------abcd1234$\n`;
    expect(read(report)).toMatchObject([{ type: 'bad-request', head: { failureReport: 'no' } }]);
    expect(read(`MSRP abcd1234 20 OK\n${PATHS}-------abcd1234$\n`)).toMatchObject([{ head: { failureReport: 'no' } }]);
  });

  it('MSRP-018 reads a method nobody knows', () => {
    expect(read(`MSRP abcd1234 FOO\n${PATHS}-------abcd1234$\n`)).toMatchObject([
      { type: 'request', head: { method: 'FOO', transactionId: 'abcd1234' } },
    ]);
  });

  it('MSRP-017 keeps unknown headers in order, and text in UTF-8', () => {
    const [request] = read(
      Buffer.from(wire(send('X-Foo: 1\nMessage-ID: m123\nX-Bar: \xc3\xa9 \nX-Bad: \xff\n', undefined))),
    ) as {
      head: { otherHeaders: unknown; malformed: unknown };
    }[];
    expect(request?.head.otherHeaders).toEqual([
      ['X-Foo', '1'],
      ['X-Bar', 'é'],
    ]);
    expect(request?.head.malformed).toEqual(['X-Bad']);
  });

  it('MSRP-005 takes names in any case, either order of the paths, any number of blanks', () => {
    const text =
      'MSRP abcd1234 SEND\nfrom-path:   msrp://b.example:2855/two;tcp\nTO-PATH:msrp://a.example:2855/one;tcp\n' +
      'message-id: m123 \nFAILURE-REPORT: Partial\nsuccess-report:\tYES\n-------abcd1234$\n';
    expect(read(text)).toMatchObject([
      { type: 'request', head: { messageId: 'm123', failureReport: 'partial', successReport: true } },
    ]);
  });

  it('MSRP-006 skips stray CRLF between messages', () => {
    expect(read(`\n\n${GOOD}\n${GOOD}\n`)).toHaveLength(2);
  });

  it('MSRP-007 tells no body from an empty one', () => {
    const body = (text: string): unknown => (read(text)[0] as { body: unknown }).body;
    expect(body(send('Message-ID: m123\n', undefined))).toBeUndefined();
    expect(body(send('Message-ID: m123\n', ''))).toBe('');
    // Tolerated: the blank line's CRLF taken for the one before the end-line.
    expect(body(`MSRP abcd1234 SEND\n${PATHS}Message-ID: m123\nContent-Type: a/b\n\n-------abcd1234$\n`)).toBe('');
    // Tolerated: a blank line, but neither Content-Type nor body.
    expect(body(`MSRP abcd1234 SEND\n${PATHS}Message-ID: m123\n\n-------abcd1234$\n`)).toBeUndefined();
    expect(body(`MSRP abcd1234 SEND\n${PATHS}Message-ID: m123\n\n\n-------abcd1234$\n`)).toBeUndefined();
  });

  it.each(['$', '+', '#'])('MSRP-008 reads the flag %s', (flag) => {
    expect(read(send('Message-ID: m123\n', 'x', 'abcd1234', flag))).toMatchObject([{ flag }]);
    expect(read(send('Message-ID: m123\n', undefined, 'abcd1234', flag))).toMatchObject([{ flag }]);
  });

  it('MSRP-009 takes what only resembles the end-line for data', () => {
    const body = [
      '-------other123$',
      '------abcd1234$',
      '-------abcd1234!',
      '--------abcd1234$',
      '-------abcd12345$',
      '-------abcd123$',
      '-------abcd1234$ ',
      'x-------abcd1234$',
      '-------abcd1234$\rx',
      '\r-------abcd1234',
      '-------abcd1234',
      '',
    ].join('\n');
    const octets = wire(send('Message-ID: m123\n', body));
    expect(read(octets)).toMatchObject([{ body: body.replaceAll('\n', '\r\n') }]);
    // Also far behind the beginning, where the search is another one.
    const far = `${'x'.repeat(1000)}${body}${'-'.repeat(500)}${body}`;
    expect(read(wire(send('Message-ID: m123\n', far)))).toMatchObject([{ body: far.replaceAll('\n', '\r\n') }]);
  });

  it('MSRP-009 reads an id that has hyphens', () => {
    expect(read(send('Message-ID: m123\n', '---\n-------a---', 'a---'))).toMatchObject([
      { body: '---\r\n-------a---' },
    ]);
  });

  it('MSRP-012 passes all 256 octets', () => {
    const body = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
    expect(read(raw(body))).toMatchObject([{ body }]);
  });

  it('MSRP-015 measures the data and does not believe Byte-Range', () => {
    expect(read(send('Message-ID: m123\nByte-Range: 1-16/16\n', 'fourteen octet'))).toMatchObject([
      { body: 'fourteen octet', head: { byteRange: { start: 1, end: 16, total: 16 } } },
    ]);
  });

  it('MSRP-021 MSRP-022 gives a response whatever stands in its headers, and drops a body', () => {
    const response = `MSRP abcd1234 499 Odd\nTo-Path: nonsense\n(garbage)\nMessage-ID: m123\n\nbody\n-------abcd1234+\n`;
    expect(read(response + GOOD)).toMatchObject([
      { response: { status: 499, comment: 'Odd', toPath: [], fromPath: [], messageId: 'm123', flag: '+' } },
      { response: { status: 200 } },
    ]);
  });

  it('MSRP-001 reads a response without comment', () => {
    expect(read(`MSRP abcd1234 200\n${PATHS}-------abcd1234$\n`)).toMatchObject([
      { response: { status: 200, comment: '' } },
    ]);
  });
});

describe('limits', () => {
  it('MSRP-019 refuses a body of 10241 octets on anything but SEND, takes 10240', () => {
    const nickname = (size: number): string =>
      `MSRP abcd1234 NICKNAME\n${PATHS}Content-Type: text/plain\n\n${'x'.repeat(size)}\n-------abcd1234$\n`;
    expect(read(nickname(10_240))).toMatchObject([{ type: 'request' }]);
    expect(read(nickname(10_241) + GOOD)).toMatchObject([
      { type: 'bad-request', code: 'body-too-large', status: 413, head: { failureReport: 'yes' } },
      { type: 'response' },
    ]);
    expect(read(nickname(10_241).replace('NICKNAME', 'REPORT'))).toMatchObject([{ head: { failureReport: 'no' } }]);
    expect(read(send('Message-ID: m123\n', 'x'.repeat(10_241)))).toMatchObject([{ type: 'request' }]);
  });

  it.each([100, 1000])('MSRP-020 ends at a head above %d octets, with the id if it was read', (headerBytes) => {
    const endless = `MSRP abcd1234 SEND\nX: ${'x'.repeat(headerBytes * 2)}`;
    const limits = { headerBytes };
    expect(read(endless, limits)).toEqual([
      {
        type: 'fatal',
        code: 'header-too-large',
        status: 400,
        head: { kind: 'request', transactionId: 'abcd1234', method: 'SEND', failureReport: 'yes' },
      },
    ]);
    expect(read(`${endless}\n-------abcd1234$\n`, limits)).toHaveLength(1);
    expect(read(`MSRP ${'x'.repeat(headerBytes * 2)}\n`, limits)).toMatchObject([
      { code: 'header-too-large', head: {} },
    ]);
  });

  it.each([
    ['an endless line', (rest: number) => `X: ${'x'.repeat(rest)}`],
    ['endless lines', (rest: number) => 'X: 1\n'.repeat(rest / 4)],
  ])('MSRP-020 %s: the fatal event tells what an answer needs', (_what, flood) => {
    const headerBytes = 400;
    const begun = (start: string): string =>
      `${start}\n${PATHS}Message-ID: m123\nFailure-Report: partial\n${flood(headerBytes * 2)}`;
    const [event, ...more] = read(begun('MSRP abcd1234 SEND'), { headerBytes });
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'fatal',
      code: 'header-too-large',
      head: { transactionId: 'abcd1234', method: 'SEND', messageId: 'm123', failureReport: 'partial' },
    });
    const { head } = event as { head: Partial<MsrpRequestHead> };
    expect(head.toPath).toHaveLength(1);
    expect(respondTo(head, 400)).toContain('MSRP abcd1234 400');
    // Neither a response nor a REPORT is ever answered.
    for (const start of ['MSRP abcd1234 200 OK', 'MSRP abcd1234 REPORT'])
      expect(read(begun(start), { headerBytes })).toMatchObject([{ type: 'fatal', head: { failureReport: 'no' } }]);
  });

  it('MSRP-020 takes a head of exactly the limit, and not one octet more', () => {
    const text = send('Message-ID: m123\n', undefined);
    const headerBytes = wire(text).byteLength - '-------abcd1234$\r\n'.length;
    expect(read(text, { headerBytes })).toMatchObject([{ type: 'request' }]);
    expect(read(text, { headerBytes: headerBytes - 1 })).toMatchObject([{ type: 'fatal' }]);
  });

  it('MSRP-020 counts header fields', () => {
    expect(read(send('Message-ID: m123\nX: 1\n', undefined) + GOOD, { headerCount: 4 })).toMatchObject([
      { type: 'request' },
      { type: 'response' },
    ]);
    expect(read(send('Message-ID: m123\nX: 1\n', undefined) + GOOD, { headerCount: 3 })).toMatchObject([
      { type: 'bad-request', code: 'too-many-headers' },
      { type: 'response' },
    ]);
  });

  it('MSRP-010 holds no more than what may be an end-line while a body streams', () => {
    const decoder = createDecoder();
    decoder.push(wire(`MSRP abcd1234 SEND\n${PATHS}Message-ID: m123\nContent-Type: a/b\n\n`), () => undefined);
    const piece = Buffer.from(`${'x'.repeat(65_000)}\r\n-------abcd1234`);
    let bytes = 0;
    for (let i = 0; i < 50; i++) {
      decoder.push(piece, (event) => {
        if (event.type === 'body') bytes += event.octets.byteLength;
      });
      expect(decoder.heldBytes).toBeLessThanOrEqual(1024);
    }
    expect(bytes).toBe(50 * piece.byteLength - '\r\n-------abcd1234'.length);
  });

  it('MSRP-010 gives a request that is at hand as one event, with a view for its body', () => {
    const octets = Buffer.from(wire(send('Message-ID: m123\n', 'hello')));
    const kinds: string[] = [];
    createDecoder().push(octets, (event) => {
      kinds.push(event.type);
      if (event.type === 'request') expect(event.request.body?.buffer).toBe(octets.buffer);
    });
    expect(kinds).toEqual(['request']);
  });

  it('MSRP-010 gives a body that is not at hand in pieces, in order', () => {
    const octets = wire(send('Message-ID: m123\n', 'hello'));
    const at = Buffer.from(octets).indexOf('llo');
    const { events } = decode([octets.subarray(0, at), octets.subarray(at)]);
    expect(events.map((event) => event.type)).toEqual(['head', 'body', 'body', 'end']);
  });
});

/** A SEND whose body has every character as one octet. */
function raw(body: string): Uint8Array {
  const [head = '', tail = ''] = Buffer.from(wire(send('Message-ID: m123\n', 'BODY')))
    .toString('latin1')
    .split('BODY');
  return Buffer.from(head + body + tail, 'latin1');
}
