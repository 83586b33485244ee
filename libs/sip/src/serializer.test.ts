import { HeaderFields } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { SipRequest } from './message.js';
import { serializeMessage, textBody } from './serializer.js';

const request = (change: Partial<SipRequest> = {}): SipRequest => ({
  kind: 'request',
  method: 'BYE',
  requestUri: 'sip:a@h',
  headers: new HeaderFields([
    ['Content-Length', '99'],
    ['Subject', 'ä'],
  ]),
  body: textBody('äb'),
  ...change,
});

describe('serializer', () => {
  it('SIP-002 counts Content-Length in octets, at the place where one stood, else last', () => {
    expect(new TextDecoder().decode(serializeMessage(request()))).toBe(
      'BYE sip:a@h SIP/2.0\r\nContent-Length: 3\r\nSubject: ä\r\n\r\näb',
    );
    const headers = new HeaderFields([['Subject', '']]);
    const response = { kind: 'response', status: 200, reason: 'OK', headers, body: textBody('') } as const;
    expect(new TextDecoder().decode(serializeMessage(response))).toBe(
      'SIP/2.0 200 OK\r\nSubject: \r\nContent-Length: 0\r\n\r\n',
    );
  });

  it.each([
    ['method', request({ method: 'B YE' })],
    ['Request-URI with a space', request({ requestUri: 'sip:a h' })],
    ['empty Request-URI', request({ requestUri: '' })],
    ['header name', request({ headers: new HeaderFields([['A b', '']]) })],
    ['header value with a line end', request({ headers: new HeaderFields([['Subject', 'a\r\nVia: b']]) })],
  ])('SIP-003 throws rather than write a bad %s', (_name, message) => {
    expect(() => serializeMessage(message)).toThrow(TypeError);
  });

  it('SIP-003 throws rather than write a status that is none', () => {
    const headers = new HeaderFields();
    expect(() => serializeMessage({ kind: 'response', status: 99, reason: '', headers, body: textBody('') })).toThrow(
      RangeError,
    );
    expect(() =>
      serializeMessage({ kind: 'response', status: 200, reason: 'a\nb', headers, body: textBody('') }),
    ).toThrow(TypeError);
  });
});
