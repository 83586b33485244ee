import { describe, expect, it } from 'vitest';
import { isAnswerable } from './needed-headers.js';
import { type FramerEvent, StreamFramer } from './stream-framer.js';
import { octetsOf, optionsLines, vector } from './vectors.test-data.js';

const crlf = new Uint8Array([13, 10]);

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function describeEvent(event: FramerEvent): string {
  if (event.kind === 'message')
    return event.message.kind === 'request' ? event.message.method : String(event.message.status);
  return event.kind === 'ping' ? 'ping' : `${event.error.code}${event.finished ? ', finished' : ''}`;
}

function read(octets: Uint8Array, framer = new StreamFramer()): string[] {
  return framer.push(octets).map(describeEvent);
}

const options = octetsOf(optionsLines('Content-Length: 5'), 'hello');

describe('stream framer', () => {
  it('SIP-002 finds glued messages, and one split octet by octet', () => {
    expect(read(join(options, options, vector('rfc7701-s9.1-f1-invite.sip')))).toEqual([
      'OPTIONS',
      'OPTIONS',
      'INVITE',
    ]);
    const framer = new StreamFramer();
    const events = [...options].flatMap((octet) => framer.push(Uint8Array.of(octet)));
    expect(events.map(describeEvent)).toEqual(['OPTIONS']);
    expect(framer.bufferedBytes).toBe(0);
  });

  it('SIP-002 reads the compact form of Content-Length', () => {
    expect(read(join(octetsOf(optionsLines('l: 5'), 'hello'), options))).toEqual(['OPTIONS', 'OPTIONS']);
  });

  it('SIP-002 a body is a copy: the buffer pushed may be used again', () => {
    const octets = options.slice();
    const [event] = new StreamFramer().push(octets);
    octets.fill(0);
    expect(event?.kind === 'message' && new TextDecoder().decode(event.message.body)).toBe('hello');
  });

  it.each([
    ['no Content-Length', octetsOf(optionsLines()), 'content-length-missing'],
    ['Content-Length that is no number', octetsOf(optionsLines('Content-Length: five')), 'malformed-header'],
    ['negative Content-Length', vector('torture/invalid/ncl.sip'), 'malformed-header'],
    ['two Content-Lengths', vector('torture/invalid/mcl01.sip'), 'repeated-header'],
    ['Content-Length beyond the limit', octetsOf(optionsLines('Content-Length: 70000')), 'message-too-large'],
    ['another protocol', new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'), 'malformed-start-line'],
    ['a head that never ends', new Uint8Array(40_000).fill(0x61), 'head-too-large'],
  ])('SIP-002 with %s the stream is finished', (_name, octets, code) => {
    const framer = new StreamFramer();
    expect(read(octets, framer)).toEqual([`${code}, finished`]);
    expect(framer.finished).toBe(true);
    expect(framer.bufferedBytes).toBe(0);
    expect(framer.push(options)).toEqual([]);
  });

  it('SIP-002 a request without Content-Length can be answered before the connection is closed', () => {
    const [event] = new StreamFramer().push(octetsOf(optionsLines()));
    expect(event?.kind === 'fault' && event.error.status === 400 && isAnswerable(event.error)).toBe(true);
  });

  it('SIP-003 a bad request whose end is known does not end the stream', () => {
    const bad = octetsOf(optionsLines('no header', 'Content-Length: 5'), 'hello');
    expect(read(join(bad, options))).toEqual(['malformed-header-line', 'OPTIONS']);
  });

  it('SIP-010 CRLF CRLF between messages is a ping, a lone CRLF is nothing', () => {
    expect(read(join(crlf, crlf, options, crlf, options, crlf, crlf, crlf, options))).toEqual([
      'ping',
      'OPTIONS',
      'OPTIONS',
      'ping',
      'OPTIONS',
    ]);
    const framer = new StreamFramer();
    expect([13, 10, 13, 10].flatMap((octet) => read(Uint8Array.of(octet), framer))).toEqual(['ping']);
  });

  it('SIP-002 holds no more than the limits while it waits', () => {
    const framer = new StreamFramer();
    for (let i = 0; i < 100; i++) framer.push(new Uint8Array(1000).fill(0x61));
    expect(framer.finished).toBe(true);
    expect(framer.bufferedBytes).toBe(0);
  });
});
