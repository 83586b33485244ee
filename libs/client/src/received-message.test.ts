import { describe, expect, it } from 'vitest';
import { readReceived } from './received-message.js';
import { SeenIds } from './seen-ids.js';

const room = 'sip:lobby@localhost';
const cpim = (lines: readonly string[]): Uint8Array => Buffer.from(lines.join('\r\n'));

describe('what a room delivers', () => {
  it('CPIM-001 CHAT-006 tells a room message from a private one and from a notice', () => {
    const body = (from: string, to: string): Uint8Array =>
      cpim([`From: ${from}`, `To: ${to}`, '', 'Content-Type: text/plain', '', 'hi']);
    const said = readReceived('m1', body('Ally <sip:alice@localhost>', '<sip:lobby@localhost;transport=tcp>'), room);
    expect(said).toMatchObject({
      from: 'sip:alice@localhost',
      fromName: 'Ally',
      isPrivate: false,
      isNotice: false,
      contentType: 'text/plain',
    });
    expect(Buffer.from(said?.content ?? []).toString()).toBe('hi');
    expect(readReceived('m2', body('<sip:alice@localhost>', '<sip:bob@localhost>'), room)?.isPrivate).toBe(true);
    expect(readReceived('m3', body('<sip:lobby@localhost>', '<sip:lobby@localhost>'), room)?.isNotice).toBe(true);
    expect(readReceived('m4', Buffer.from('nothing of the kind'), room)).toBeUndefined();
  });

  it('SIP-035 knows the room that was joined by its SIPS form', () => {
    const body = cpim([
      'From: <sip:alice@localhost>',
      'To: <sip:lobby@localhost>',
      '',
      'Content-Type: text/plain',
      '',
      'hi',
    ]);
    expect(readReceived('m1', body, 'sips:lobby@localhost')).toMatchObject({ isPrivate: false, isNotice: false });
  });

  it('FILE-001 reads the name of a file, quoted or not', () => {
    const named = (value: string): string | undefined =>
      readReceived(
        'm1',
        cpim([
          'From: <sip:alice@localhost>',
          'To: <sip:lobby@localhost>',
          '',
          `Content-Disposition: ${value}`,
          'Content-Type: image/png',
          '',
          'x',
        ]),
        room,
      )?.fileName;
    expect(named('attachment; filename="a \\"b\\".png"')).toBe('a "b".png');
    expect(named('attachment;FileName=c.png')).toBe('c.png');
    expect(named('inline')).toBeUndefined();
  });

  it('CHAT-024 drops repeats, and remembers no more than it may', () => {
    const seen = new SeenIds(3);
    expect(['a', 'b', 'a', 'c', 'd', 'a'].map((id) => seen.add(id))).toEqual([true, true, false, true, true, true]);
    expect(seen.size).toBe(3);
  });
});
