import { readHead, type CpimHead } from '@plenary/cpim';
import { FileAudience, RoomPolicy } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { checkFile } from './file-check.js';

function head(...contentHeaders: string[]): CpimHead {
  const text = `From: <sip:a@x>\r\nTo: <sip:b@x>\r\n\r\n${contentHeaders.join('\r\n')}\r\n\r\n`;
  const read = readHead(Buffer.from(text));
  if (!read.ok) throw read.error;
  return read.value;
}
const image = head('Content-Type: image/png');
const room = (over: Partial<RoomPolicy>): RoomPolicy => RoomPolicy.fromPartial({ files: FileAudience.BOTH, ...over });

describe('files in messages', () => {
  it('FILE-X-002 a room that says nothing of files refuses them, and takes text, composing and receipts', () => {
    const policy = RoomPolicy.fromPartial({});
    const status = (one: CpimHead): number => {
      const verdict = checkFile(policy, one, 100, false);
      return verdict.kind === 'refuse' ? verdict.status : 200;
    };
    expect(status(image)).toBe(403);
    expect(status(head('Content-Type: text/plain', 'Content-Disposition: attachment; filename="a.txt"'))).toBe(403);
    for (const type of [
      'text/plain',
      'application/im-iscomposing+xml',
      'message/imdn+xml',
      'multipart/mixed;boundary=x',
    ])
      expect(status(head(`Content-Type: ${type}`))).toBe(200);
  });

  it.each([
    [FileAudience.ROOM, 200, 403],
    [FileAudience.ONE, 403, 200],
    [FileAudience.BOTH, 200, 200],
    [FileAudience.UNSPECIFIED, 403, 403],
  ])('FILE-X-004 audience %i: to the room %i, to one %i', (files, toRoom, toOne) => {
    const status = (isPrivate: boolean): number => {
      const verdict = checkFile(room({ files }), image, 0, isPrivate);
      return verdict.kind === 'refuse' ? verdict.status : 200;
    };
    expect([status(false), status(true)]).toEqual([toRoom, toOne]);
  });

  it('FILE-X-002 FILE-007 the size of a file is that of its octets: one more than allowed is 413', () => {
    const policy = room({ fileMaxBytes: 1_000n });
    const largest = image.contentOffset + 1_000;
    expect(checkFile(policy, image, largest, false)).toEqual({ kind: 'take', maxOctets: largest });
    expect(checkFile(policy, image, largest + 1, false)).toEqual({ kind: 'refuse', status: 413 });
    expect(checkFile(policy, image, 0, false)).toEqual({ kind: 'take', maxOctets: largest });
    const declared = head('Content-Type: image/png', 'Content-Disposition: render; filename="a"; size=1001');
    expect(checkFile(policy, declared, 0, false)).toEqual({ kind: 'refuse', status: 413 });
  });

  it('FILE-X-002 a type the room does not name is 415', () => {
    const policy = room({ fileTypes: ['Image/*', 'application/pdf'] });
    expect(checkFile(policy, image, 0, false)).toEqual({ kind: 'take' });
    expect(checkFile(policy, head('Content-Type: application/pdf'), 0, false)).toEqual({ kind: 'take' });
    expect(checkFile(policy, head('Content-Type: application/zip'), 0, false)).toEqual({ kind: 'refuse', status: 415 });
  });
});
