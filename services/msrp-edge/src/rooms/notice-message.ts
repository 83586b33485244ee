import { serializeMessage } from '@plenary/cpim';
import { ChatEvent, Part, type StateEvent } from '@plenary/proto/chat';
import type { Room } from './room.js';
import { RoomMessage } from './room-message.js';

const NOTICE_TYPE = 'text/plain;charset=utf-8';
/** Notices one state event can bring; their places divide the distance to the next event. */
const MAX_NOTICES = 31;

/** The last place of an event with this sequence: nothing lies between it and the next event. */
export function endOfPlace(seq: number): number {
  return placeOf(seq, MAX_NOTICES);
}

/**
 * The newest event of which nothing is missing for who has everything up to this place. `isSt`: a whole number stands for a state event
 * itself, whose notices are still to come.
 */
export function lastWholeEvent(place: number, isSt: boolean): number {
  const seq = Math.floor(place);
  const isWhole = place === seq ? !isSt : place >= endOfPlace(seq);
  return isWhole ? seq : Math.max(1, seq - 1);
}

/** Place of the notice with this number, from 1 on, of an event. */
function placeOf(seq: number, number: number): number {
  return seq + number / (MAX_NOTICES + 1);
}

/**
 * What the room itself says in a state event, as messages in the room's order: CPIM from the room to the room, made of the event alone, so
 * that every edge and every replay makes the same octets and Message-ID. The place of a notice lies between that of its event
 * and the next whole number: an event's own effects (a join) come before it.
 *
 * Req: CHAT-030, SIDE-011.
 */
export function noticesOf(room: Room, event: StateEvent, seq: number): RoomMessage[] {
  const messages: RoomMessage[] = [];
  for (const { change } of event.changes) {
    if (change?.$case !== 'notice' || messages.length === MAX_NOTICES) continue;
    const { text, audiencePid } = change.value;
    const uri = { uri: room.conferenceUri };
    const octets = serializeMessage({
      from: uri,
      to: [uri],
      dateTimeMs: Number(event.committedAtUs / 1000n),
      contentType: NOTICE_TYPE,
      content: text,
    });
    const place = placeOf(seq, messages.length + 1);
    messages.push(new RoomMessage(place, noticeEvent(event, audiencePid, octets), room.tag));
  }
  return messages;
}

function noticeEvent({ room, epoch }: StateEvent, audiencePid: string, octets: Uint8Array): ChatEvent {
  return ChatEvent.fromPartial({
    room,
    epoch,
    audiencePid,
    wrappedType: 'text/plain',
    part: Part.WHOLE,
    offset: 1n,
    total: BigInt(octets.length),
    octets: Buffer.from(octets),
  });
}
