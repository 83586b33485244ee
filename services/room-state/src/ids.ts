import type { ChatId, ParticipantId, RoomId } from '@plenary/wire';

/** `count` octets from a cryptographic source. */
export type RandomBytes = (count: number) => Uint8Array;

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A ULID: 48 bits of `nowMs`, 80 random ones, 26 characters that sort by time. */
export function newRoomId(nowMs: number, random: RandomBytes): RoomId {
  let time = '';
  for (let rest = nowMs, place = 0; place < 10; place++, rest = Math.floor(rest / 32))
    time = (crockford[rest % 32] ?? '0') + time;
  let noise = '';
  for (const octet of random(16)) noise += crockford[octet % 32] ?? '0';
  return (time + noise) as RoomId;
}

/** 12 characters of base36: 62 bits, one per endpoint. */
export function newChatId(random: RandomBytes): ChatId {
  return inBase36(12, random) as ChatId;
}

/** `p` and 15 characters of base36: unique within the installation, and fit for ids made of it. */
export function newParticipantId(random: RandomBytes): ParticipantId {
  return `p${inBase36(15, random)}` as ParticipantId;
}

/** 8 characters of base36, one per room and epoch. */
export function newTag(random: RandomBytes): string {
  return inBase36(8, random);
}

/** Each character as likely as any other: octets of 252 and more, which would favour the first four, are drawn again. */
export function inBase36(length: number, random: RandomBytes): string {
  let text = '';
  while (text.length < length)
    for (const octet of random(length)) if (octet < 252 && text.length < length) text += base36[octet % 36] ?? '';
  return text;
}
