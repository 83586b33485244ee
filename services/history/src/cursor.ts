import type { Place } from './store/interface.js';

/** Where a reading goes on: its bounds, its direction and the last place given. */
export interface Cursor {
  readonly sinceUs: bigint;
  /** 0: to the last. */
  readonly beforeUs: bigint;
  readonly forward: boolean;
  readonly beyond: Place;
}

const octets = 1 + 1 + 8 + 8 + 4 + 8;
const version = 1;

/** Writes a cursor as 40 characters of base64url. It says where, not what: who asks is checked at each request. */
export function formatCursor({ sinceUs, beforeUs, forward, beyond }: Cursor): string {
  const buffer = Buffer.alloc(octets);
  buffer.writeUInt8(version, 0);
  buffer.writeUInt8(forward ? 1 : 0, 1);
  buffer.writeBigUInt64BE(sinceUs, 2);
  buffer.writeBigUInt64BE(beforeUs, 10);
  buffer.writeUInt32BE(beyond.epoch, 18);
  buffer.writeBigUInt64BE(beyond.seq, 22);
  return buffer.toString('base64url');
}

/** Reads what `formatCursor` wrote; undefined for everything else. */
export function parseCursor(text: string): Cursor | undefined {
  if (!/^[A-Za-z0-9_-]{40}$/.test(text)) return undefined;
  const buffer = Buffer.from(text, 'base64url');
  if (buffer.readUInt8(0) !== version || buffer.readUInt8(1) > 1) return undefined;
  const cursor: Cursor = {
    forward: buffer.readUInt8(1) === 1,
    sinceUs: buffer.readBigUInt64BE(2),
    beforeUs: buffer.readBigUInt64BE(10),
    beyond: { epoch: buffer.readUInt32BE(18), seq: buffer.readBigUInt64BE(22) },
  };
  const { epoch, seq } = cursor.beyond;
  return epoch < 2 ** 31 && seq <= BigInt(Number.MAX_SAFE_INTEGER) ? cursor : undefined;
}
