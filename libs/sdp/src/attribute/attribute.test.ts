import { describe, expect, it } from 'vitest';
import { effectiveWrappedTypes, formatWrappedTypes } from './accept-wrapped-types.js';
import { formatChatroom, parseChatroom } from './chatroom.js';
import { mirrored, narrowed, type Direction } from './direction.js';
import { formatFileSelector, parseFileSelector } from './file-selector.js';
import { formatFingerprint, parseFingerprint } from './fingerprint.js';
import { admits, formatFormatList, parseFormatList } from './format-list.js';
import { formatLabel, parseLabel } from './label.js';
import { formatMaxSize, parseMaxSize } from './max-size.js';
import { formatPath, parsePath, PATH_LIMIT } from './path.js';
import { parseSetup } from './setup.js';

describe('path', () => {
  it('SDP-003 SDP-004 TRN-003 reads one URI and many, relays and WebSocket', () => {
    expect(parsePath('msrps://a.example.com:2855/jui787s2f;tcp  MSRP://u@[2001:db8::1]:9/x+=/y;WS;a=b')).toEqual([
      {
        uri: 'msrps://a.example.com:2855/jui787s2f;tcp',
        secure: true,
        host: 'a.example.com',
        port: 2855,
        transport: 'tcp',
      },
      { uri: 'MSRP://u@[2001:db8::1]:9/x+=/y;WS;a=b', secure: false, host: '2001:db8::1', port: 9, transport: 'ws' },
    ]);
  });

  it.each([
    '',
    'msrp://host/x;tcp',
    'msrp://host:0/x;tcp',
    'msrp://host:65536/x;tcp',
    'msrp://host:1/x',
    'http://host:1/x;tcp',
    'msrp://[::1:1/x;tcp',
    'msrp://a b:1/x;tcp',
  ])('SDP-003 refuses %j', (value) => {
    expect(parsePath(value)).toBeUndefined();
  });

  it('SDP-004 has a limit', () => {
    const uri = 'msrp://host:1/x;tcp';
    expect(parsePath(Array.from({ length: PATH_LIMIT }, () => uri).join(' '))).toHaveLength(PATH_LIMIT);
    expect(parsePath(Array.from({ length: PATH_LIMIT + 1 }, () => uri).join(' '))).toBeUndefined();
    expect(() => formatPath(['msrp://host/x;tcp'])).toThrow(RangeError);
  });
});

describe('format lists', () => {
  it('SDP-008 leaves out parameters, empty, malformed and repeated entries', () => {
    expect(parseFormatList(' Message/CPIM  text/*;a="b c";d=e text/plain;x=y text/plain * nonsense a/b/c ')).toEqual([
      'message/cpim',
      'text/*',
      'text/plain',
      '*',
    ]);
    expect(parseFormatList('')).toEqual([]);
    expect(formatFormatList(['text/plain', '*'])).toBe('text/plain *');
    expect(() => formatFormatList([])).toThrow(RangeError);
  });

  it('SDP-008 has a limit', () => {
    expect(
      parseFormatList(Array.from({ length: 500 }, (_none, index) => `a/b${index}`).join(' ')).length,
    ).toBeLessThanOrEqual(64);
  });

  it.each<[string[], string, boolean]>([
    [['message/cpim'], 'Message/CPIM', true],
    [['message/*'], 'message/cpim', true],
    [['*'], 'message/cpim', true],
    [['text/plain'], 'text/plain; charset=utf-8', true],
    [['text/plain'], 'text/html', false],
    [['text/*'], 'textual/html', false],
    [[], 'text/plain', false],
  ])('SDP-005 SDP-008 %j admits %s: %s', (list, type, admitted) => {
    expect(admits(list, type)).toBe(admitted);
  });

  it('CHAT-012 SDP-007 wrapped types: accept-types count too, and nothing said means anything', () => {
    expect(effectiveWrappedTypes(['message/cpim'], undefined)).toEqual(['*']);
    expect(effectiveWrappedTypes(['message/cpim', 'text/plain'], undefined)).toEqual(['text/plain']);
    expect(effectiveWrappedTypes(['message/cpim', 'text/plain'], 'image/*')).toEqual(['image/*', 'text/plain']);
    expect(effectiveWrappedTypes(['*'], undefined)).toEqual(['*']);
    expect(formatWrappedTypes(['*', 'text/plain'])).toBe('text/plain *');
    expect(formatWrappedTypes([])).toBeUndefined();
  });
});

describe('chatroom', () => {
  it.each([
    ['', false, false],
    ['nickname', true, false],
    ['nicknames private-messages', true, true],
    ['private-messages nickname nickname com.example.x', true, true],
    ['com.example.nickname', false, false],
  ])('SDP-010 SDP-011 %j', (value, nickname, privateMessages) => {
    expect(parseChatroom(value)).toEqual({ nickname, privateMessages });
  });

  it('SDP-010 SDP-011 is written with `nickname`, alone when there is nothing to say', () => {
    expect(formatChatroom({ nickname: true, privateMessages: true })).toBe('chatroom:nickname private-messages');
    expect(formatChatroom({ nickname: false, privateMessages: false })).toBe('chatroom');
  });
});

describe('small attributes', () => {
  it('SDP-009 max-size', () => {
    expect(['20000', '0', '', '-1', '1e3', ' 1', '9'.repeat(30)].map(parseMaxSize)).toEqual([
      20_000,
      0,
      undefined,
      undefined,
      undefined,
      undefined,
      Number.MAX_SAFE_INTEGER,
    ]);
    expect(formatMaxSize(1)).toBe('1');
    expect(() => formatMaxSize(0)).toThrow(RangeError);
  });

  it('SDP-014 setup: holdconn and unknown words are as absent', () => {
    expect(['active', 'PASSIVE', 'actpass', 'holdconn', 'x', undefined].map(parseSetup)).toEqual([
      'active',
      'passive',
      'actpass',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('SDP-019 directions', () => {
    const all: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
    expect(all.map(mirrored)).toEqual(['sendrecv', 'recvonly', 'sendonly', 'inactive']);
    for (const one of all) {
      expect(narrowed(one, 'sendrecv')).toBe(one);
      expect(narrowed(one, 'inactive')).toBe('inactive');
      expect(mirrored(mirrored(one))).toBe(one);
    }
    expect(narrowed('sendonly', 'recvonly')).toBe('inactive');
  });

  it('SDP-017 fingerprint', () => {
    expect(parseFingerprint('SHA-1 4a:AD')).toEqual({ hashFunction: 'sha-1', digest: '4A:AD' });
    expect(
      ['', 'sha-1', 'sha-1 4', 'sha-1 4A:', 'sha-1 4A 4B'].map(parseFingerprint).every((one) => one === undefined),
    ).toBe(true);
    expect(formatFingerprint({ hashFunction: 'sha-256', digest: 'AA:BB' })).toBe('fingerprint:sha-256 AA:BB');
    expect(() => formatFingerprint({ hashFunction: 'x', digest: 'y\r\n' })).toThrow(RangeError);
  });

  it('SDP-023 label', () => {
    expect(['1', 'a.b', '', 'a b', 'é'].map(parseLabel)).toEqual(['1', 'a.b', undefined, undefined, undefined]);
    expect(formatLabel('chat')).toBe('label:chat');
    expect(() => formatLabel('a\r\nb')).toThrow(RangeError);
  });

  it('file-selector: a space or escaped quote inside a name does not end it', () => {
    const value = 'name:"My %22cool%22 picture.jpg" type:image/jpeg;p="a b" size:4092 hash:sha-1:72:24';
    const selector = parseFileSelector(value);
    expect(selector).toEqual({
      name: 'My "cool" picture.jpg',
      type: 'image/jpeg;p="a b"',
      sizeBytes: 4092,
      hashes: [{ algorithm: 'sha-1', digest: '72:24' }],
    });
    if (selector === undefined) throw new Error('not read');
    expect(formatFileSelector(selector)).toBe(`file-selector:${value}`);
    expect(parseFileSelector('')).toEqual({ hashes: [] });
    expect(
      ['x:y', 'size:a', 'name:"', 'name:x', 'hash:sha-1', 'name:"%zz"']
        .map(parseFileSelector)
        .every((one) => one === undefined),
    ).toBe(true);
  });
});
