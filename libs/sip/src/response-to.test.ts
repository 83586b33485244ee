import { describe, expect, it } from 'vitest';
import type { SipRequest } from './message.js';
import { parseMessage } from './parser.js';
import { responseTo } from './response-to.js';
import { serializeMessage, textBody } from './serializer.js';
import { reasonPhrase, sipStatuses } from './status.js';
import { octetsOf, optionsLines } from './vectors.test-data.js';

function request(...lines: string[]): SipRequest {
  const parsed = parseMessage(octetsOf(lines));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('no request');
  return parsed.value;
}

const invite = request(
  ...optionsLines(
    'Record-Route: <sip:p2;lr>',
    'Record-Route: <sip:p1;lr>',
    'Timestamp: 54',
    'v: SIP/2.0/UDP b;branch=z9hG4bK2, SIP/2.0/UDP c',
  ),
);

describe('responseTo', () => {
  it('SIP-018 copies Via in order, From, Call-ID and CSeq, and adds the To tag', () => {
    const response = responseTo(invite, 200, {
      toTag: 't',
      copyRecordRoute: true,
      headers: [['Contact', '<sip:lobby@localhost>;isfocus']],
      contentType: 'text/plain',
      body: textBody('x'),
    });
    expect(new TextDecoder().decode(serializeMessage(response)).split('\r\n')).toEqual([
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bK1',
      'Via: SIP/2.0/UDP b;branch=z9hG4bK2, SIP/2.0/UDP c',
      'Record-Route: <sip:p2;lr>',
      'Record-Route: <sip:p1;lr>',
      'From: <sip:alice@localhost>;tag=a',
      'To: <sip:lobby@localhost>;tag=t',
      'Call-ID: c1',
      'CSeq: 1 OPTIONS',
      'Contact: <sip:lobby@localhost>;isfocus',
      'Content-Type: text/plain',
      'Content-Length: 1',
      '',
      'x',
    ]);
  });

  it('SIP-018 a 100 gets no tag and repeats Timestamp; other responses need a tag unless To has one', () => {
    const trying = responseTo(invite, 100);
    expect(trying.headers.get('To')).toBe('<sip:lobby@localhost>');
    expect(trying.headers.get('Timestamp')).toBe('54');
    expect(() => responseTo(invite, 486)).toThrow(TypeError);
    const inDialog = request(...optionsLines().map((line) => (line.startsWith('To') ? `${line};tag=mine` : line)));
    expect(responseTo(inDialog, 200).headers.get('To')).toBe('<sip:lobby@localhost>;tag=mine');
  });

  it('SIP-018 a To without < > gets its tag as a header parameter', () => {
    const bare = request(...optionsLines().map((line) => (line.startsWith('To') ? 'To: sip:lobby@localhost' : line)));
    expect(responseTo(bare, 404, { toTag: 't' }).headers.get('To')).toBe('sip:lobby@localhost;tag=t');
  });
});

describe('status', () => {
  it('ERR-004 every code the project sends has its phrase', () => {
    const sent = [
      100, 180, 183, 200, 202, 302, 400, 401, 403, 404, 405, 406, 410, 413, 414, 415, 416, 420, 422, 423, 428, 433, 436,
      437, 438, 480, 481, 482, 486, 487, 488, 489, 491, 500, 503, 513, 603,
    ];
    for (const status of sent) expect(Object.keys(sipStatuses)).toContain(String(status));
    expect(reasonPhrase(488)).toBe('Not Acceptable Here');
  });

  it('ERR-003 a code without phrase has that of its class', () => {
    expect(reasonPhrase(499)).toBe('Bad Request');
    expect(reasonPhrase(299)).toBe('OK');
    expect(reasonPhrase(999)).toBe('Unknown');
  });
});
