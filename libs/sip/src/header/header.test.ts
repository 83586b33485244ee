import { HeaderFields, type Result } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { SipError } from '../errors.js';
import { formatCallId, parseCallId } from './call-id.js';
import { formatContentDisposition, parseContentDisposition } from './content-disposition.js';
import { formatCSeq, parseCSeq } from './cseq.js';
import { formatDate, parseDate } from './date.js';
import { eventEquals, formatEvent, parseEvent } from './event.js';
import { formatExpires, parseExpires } from './expires.js';
import { formatFromTo, parseFromTo } from './from-to.js';
import { readOptional, readRequired, splitList } from './list.js';
import { formatMaxForwards, parseMaxForwards } from './max-forwards.js';
import { accepts, formatMediaType, parseMediaType } from './media-type.js';
import { formatPrivacy, parsePrivacy } from './privacy.js';
import { formatReason, parseReason } from './reason.js';
import { formatReplaces, parseReplaces } from './replaces.js';
import { formatRetryAfter, parseRetryAfter } from './retry-after.js';
import { formatMinSe, formatSessionExpires, parseMinSe, parseSessionExpires } from './session-expires.js';
import { formatSubscriptionState, parseSubscriptionState } from './subscription-state.js';
import { formatTokens, hasOption, readTokens } from './tokens.js';
import { formatWarning, parseWarning } from './warning.js';

/** One header field: its codec, texts read as [as received, as written], texts refused. */
interface Row {
  readonly name: string;
  readonly req: string;
  readonly again: (text: string) => Result<string, SipError>;
  readonly reads: readonly (readonly [received: string, written: string])[];
  readonly refuses: readonly string[];
}

function row<T>(
  name: string,
  req: string,
  parse: (text: string) => Result<T, SipError>,
  format: (value: T) => string,
  reads: Row['reads'],
  refuses: readonly string[],
): Row {
  const again = (text: string): Result<string, SipError> => {
    const parsed = parse(text);
    return parsed.ok ? { ok: true, value: format(parsed.value) } : parsed;
  };
  return { name, req, again, reads, refuses };
}

const rows: Row[] = [
  row(
    'From',
    'SIP-003',
    parseFromTo,
    formatFromTo,
    [
      ['sip:a@h;x=1;tag=t', '<sip:a@h>;tag=t;x=1'],
      ['<sip:a@h>', '<sip:a@h>'],
    ],
    ['<sip:a@h>;tag', '<sip:a@h>;tag="x y"', '<sip:a@h>;tag="t"'],
  ),
  row(
    'CSeq',
    'SIP-003',
    parseCSeq,
    formatCSeq,
    [
      ['0009\t INVITE', '9 INVITE'],
      ['2147483647 X-y', '2147483647 X-y'],
    ],
    ['2147483648 BYE', '1', '1BYE', 'x BYE', '-1 BYE', '1 B YE', ''],
  ),
  row(
    'Call-ID',
    'SIP-003',
    parseCallId,
    formatCallId,
    [
      ['a@b', 'a@b'],
      ['intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{', 'intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{'],
    ],
    ['', 'a b', 'a@b@c', 'ä', 'a;b'],
  ),
  row(
    'Max-Forwards',
    'SIP-003',
    parseMaxForwards,
    formatMaxForwards,
    [
      ['0068', '68'],
      ['0', '0'],
      ['255', '255'],
    ],
    ['256', '', '1x', '-1'],
  ),
  row(
    'Expires',
    'EVT-003',
    parseExpires,
    formatExpires,
    [
      ['3600', '3600'],
      ['4294967295', '4294967295'],
    ],
    ['4294967296', `1${'0'.repeat(100)}`, 'x', ''],
  ),
  row(
    'Session-Expires',
    'SIP-031',
    parseSessionExpires,
    formatSessionExpires,
    [
      ['1800 ; Refresher = UAS;x', '1800;refresher=uas;x'],
      ['50', '50'],
    ],
    ['x', '50;refresher=me', '50 60', ''],
  ),
  row('Min-SE', 'SIP-031', parseMinSe, formatMinSe, [['90;x=1', '90']], ['', '90,91']),
  row(
    'Content-Type',
    'SIP-003',
    parseMediaType,
    formatMediaType,
    [
      ['Application / SDP', 'application/sdp'],
      ['multipart/mixed;boundary="a b"', 'multipart/mixed;boundary="a b"'],
      ['text/plain; charset=utf-8', 'text/plain;charset=utf-8'],
    ],
    ['text', 'text/', '/plain', 'text/plain;', 'a/b c'],
  ),
  row(
    'Content-Disposition',
    'ROOM-006',
    parseContentDisposition,
    formatContentDisposition,
    [
      ['Session', 'session'],
      ['recipient-list-history; handling=OPTIONAL', 'recipient-list-history;handling=optional'],
      ['x;handling=required;a=b', 'x;a=b'],
    ],
    ['', ';handling=optional'],
  ),
  row(
    'Event',
    'EVT-007',
    parseEvent,
    formatEvent,
    [
      ['conference', 'conference'],
      ['refer ; id = 93809824', 'refer;id=93809824'],
      ['presence.winfo;x=y', 'presence.winfo;x=y'],
    ],
    ['', ';id=1', 'a b'],
  ),
  row(
    'Subscription-State',
    'EVT-004',
    parseSubscriptionState,
    formatSubscriptionState,
    [
      ['Active;EXPIRES=60', 'active;expires=60'],
      ['terminated; reason=noresource;retry-after=5', 'terminated;reason=noresource;retry-after=5'],
      ['active;expires=x', 'active'],
    ],
    ['', ';expires=1'],
  ),
  row(
    'Replaces',
    'ROOM-016',
    parseReplaces,
    formatReplaces,
    [
      ['a@h;from-tag=2;to-tag=1;Early-Only', 'a@h;to-tag=1;from-tag=2;early-only'],
      ['c ; to-tag=1;from-tag=2;x', 'c;to-tag=1;from-tag=2;x'],
    ],
    ['a@h;to-tag=1', 'a@h', ';to-tag=1;from-tag=2', 'a@h;to-tag;from-tag=2'],
  ),
  row(
    'Reason',
    'ERR-005',
    parseReason,
    formatReason,
    [
      ['SIP ;cause=480 ;text="Room closed"', 'SIP;cause=480;text="Room closed"'],
      ['Q.850;cause=16', 'Q.850;cause=16'],
    ],
    ['', ';cause=1', 'SIP;cause=x'],
  ),
  row(
    'Warning',
    'ERR-005',
    parseWarning,
    formatWarning,
    [['305 chat.example.com:5060 "format, \\"x\\""', '305 chat.example.com:5060 "format, \\"x\\""']],
    ['305', '305 h', '1812 overture "x"', '305 h "x" y', '305 h "x'],
  ),
  row(
    'Retry-After',
    'SIP-033',
    parseRetryAfter,
    formatRetryAfter,
    [
      ['18000;duration=3600', '18000;duration=3600'],
      ['120 (I am in a \\) meeting)', '120'],
    ],
    ['949302838503028349304023988', '', 'x', '1 2'],
  ),
  row(
    'Privacy',
    'ANON-001',
    parsePrivacy,
    formatPrivacy,
    [
      ['id', 'id'],
      ['Header ; user;critical', 'header;user;critical'],
      ['none', 'none'],
    ],
    ['', 'none;id', 'id,user', ';'],
  ),
  row(
    'Date',
    'AUTH-012',
    parseDate,
    formatDate,
    [['Sat, 13 Nov 2010 23:29:00 GMT', 'Sat, 13 Nov 2010 23:29:00 GMT']],
    [
      'Fri, 01 Jan 2010 16:00:00 EST',
      'Thu, 31 Jun 2010 00:00:00 GMT',
      'Thu, 01 Jun 2010 24:00:00 GMT',
      '2010-01-01',
      '',
    ],
  ),
];

describe.each(rows)('$name', ({ req, again, reads, refuses }) => {
  it.each(reads)(`${req} reads %s and writes %s`, (received, written) => {
    expect(again(received)).toEqual({ ok: true, value: written });
    expect(again(written)).toEqual({ ok: true, value: written });
  });

  it.each(refuses)(`${req} refuses "%s"`, (text) => {
    expect(again(text)).toMatchObject({ ok: false, error: { code: 'malformed-header', status: 400 } });
  });
});

describe('lists', () => {
  it.each([
    ['a, b', ['a', 'b']],
    ['"a, b" <sip:x>, <sip:y,z>', ['"a, b" <sip:x>', '<sip:y,z>']],
    ['"a\\", b" <x>,c', ['"a\\", b" <x>', 'c']],
    ['  ', []],
  ])('SIP-003 splits %s', (text, elements) => {
    expect(splitList(text)).toEqual({ ok: true, value: elements });
  });

  it.each(['a,,b', 'a,', ',a', '"a', '<a'])('SIP-003 refuses %s', (text) => {
    expect(splitList(text)).toMatchObject({ ok: false, error: { code: 'malformed-header' } });
  });

  it('SIP-003 says which header field is missing or repeated, and never what it held', () => {
    const headers = new HeaderFields([
      ['CSeq', 'secret'],
      ['Call-ID', 'a'],
      ['Call-ID', 'a'],
    ]);
    expect(readRequired(headers, 'From', parseFromTo)).toMatchObject({ error: { code: 'missing-header' } });
    expect(readOptional(headers, 'From', parseFromTo)).toEqual({ ok: true, value: undefined });
    expect(readRequired(headers, 'Call-ID', parseCallId)).toMatchObject({ error: { code: 'repeated-header' } });
    const cseq = readRequired(headers, 'CSeq', parseCSeq);
    expect(cseq.ok ? '' : cseq.error.message).toMatch(/^CSeq: /);
    expect(cseq.ok ? '' : cseq.error.message).not.toContain('secret');
  });

  it('SIP-017 option tags are read over several fields and compared without case', () => {
    const headers = new HeaderFields([
      ['Require', 'timer, Replaces'],
      ['Require', 'x'],
      ['Supported', ''],
      ['Allow', 'a b'],
    ]);
    expect(readTokens(headers, 'Require')).toEqual({ ok: true, value: ['timer', 'Replaces', 'x'] });
    expect(readTokens(headers, 'Supported')).toEqual({ ok: true, value: [] });
    expect(readTokens(headers, 'Allow')).toMatchObject({ ok: false });
    expect(hasOption(headers, 'Require', 'replaces')).toBe(true);
    expect(hasOption(headers, 'Supported', 'replaces')).toBe(false);
    expect(formatTokens(['INVITE', 'BYE'])).toBe('INVITE, BYE');
    expect(() => formatTokens(['a b'])).toThrow(TypeError);
  });

  it.each([
    [undefined, 'application/sdp', true],
    [undefined, 'application/conference-info+xml', false],
    ['', 'application/sdp', false],
    ['*/*', 'a/b', true],
    ['application/*', 'Application/X', true],
    ['text/plain, application/conference-info+xml;q=0.5', 'application/conference-info+xml', true],
    ['application/x;q=0', 'application/x', false],
    ['application/sdp;level=1, application/x-private, text/html', 'text/plain', false],
    [',,', 'application/sdp', true],
  ])('EVT-002 Accept "%s" admits %s: %s', (accept, name, admitted) => {
    const headers = new HeaderFields(accept === undefined ? [] : [['Accept', accept]]);
    expect(accepts(headers, name)).toBe(admitted);
  });

  it('EVT-007 two Events are one subscription by type and id alone', () => {
    const event = (type: string, id?: string): Parameters<typeof eventEquals>[0] => ({
      type,
      id,
      params: [{ name: 'x' }],
    });
    expect(eventEquals(event('refer', '1'), { ...event('refer', '1'), params: [] })).toBe(true);
    expect(eventEquals(event('refer', '1'), event('refer'))).toBe(false);
    expect(eventEquals(event('refer'), event('Refer'))).toBe(false);
  });
});
