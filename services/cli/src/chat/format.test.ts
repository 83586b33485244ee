import type { ReceivedMessage } from '@plenary/client';
import { describe, expect, it } from 'vitest';
import { ownLine, printable, receivedLine, sizeText, timeOf } from './format.js';

const at = new Date(2026, 0, 2, 3, 4, 5).getTime();
const message = (fields: Partial<ReceivedMessage>): ReceivedMessage => ({
  messageId: 'm1',
  from: 'sip:bob@localhost',
  fromName: '',
  to: 'sip:lobby@localhost',
  isPrivate: false,
  isNotice: false,
  contentType: 'text/plain',
  content: Buffer.from('hello'),
  fileName: undefined,
  sentAtMs: undefined,
  octets: new Uint8Array(0),
  ...fields,
});

describe('lines', () => {
  it('CHAT-030 PRIV-001 tell what was said from what was whispered and what the room says', () => {
    expect(timeOf(at)).toBe('03:04:05');
    expect(receivedLine(message({}), 'bob', at, at + 86_400_000).text).toMatch(
      /^\d{4}-\d\d-\d\d 03:04:05 bob: hello$/u,
    );
    expect(receivedLine(message({}), 'bob', at)).toEqual({ kind: 'said', text: '03:04:05 bob: hello' });
    expect(receivedLine(message({ fromName: 'Bobby' }), 'bob', at).text).toBe('03:04:05 bob (Bobby): hello');
    expect(receivedLine(message({ isPrivate: true }), 'bob', at)).toEqual({
      kind: 'private',
      text: '03:04:05 bob → you: hello',
    });
    expect(receivedLine(message({ isNotice: true }), 'lobby', at)).toEqual({
      kind: 'notice',
      text: '03:04:05 * hello',
    });
    expect(ownLine('alice', 'hi', at).text).toBe('03:04:05 alice: hi');
    expect(ownLine('alice', 'hi', at, 'bob').text).toBe('03:04:05 alice → bob: hi');
  });

  it('FILE-001 name a file and its size', () => {
    const content = new Uint8Array(1_500);
    const line = receivedLine(message({ contentType: 'image/png', content, fileName: 'cat.png' }), 'bob', at);
    expect(line.text).toBe('03:04:05 bob: [image/png cat.png, 1.5 kB]');
    expect([999, 12_345, 3_000_000].map(sizeText)).toEqual(['999 octets', '12.3 kB', '3.0 MB']);
  });

  it('never let a peer steer the terminal', () => {
    expect(printable('\u001b[2J\u0007a\u202eb\u009b1mc')).toBe('\ufffd[2J\ufffda\ufffdb\ufffd1mc');
    expect(printable('one\r\ntwo\n')).toBe('one\n          two');
    expect(receivedLine(message({ fromName: 'x\ny\u001b' }), 'bob', at).text).toBe('03:04:05 bob (x y\ufffd): hello');
  });
});
