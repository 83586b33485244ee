import { ChatEvent, Part } from '@plenary/proto/chat';
import { Copy, outboundMessageId } from '../switch/leg.js';

/**
 * One event of a room's `all` subject as the edge works with it: decoded once, with its numbers as numbers, and rendered once
 * for all recipients.
 */
export class RoomMessage {
  readonly part: Part;
  /** Sequence of the message this event belongs to: its own for a head or a whole message. */
  readonly headSeq: number;
  readonly offset: number;
  /** Octets of the whole message; 0: not known. */
  readonly total: number;
  readonly octets: Buffer;
  readonly isPrivate: boolean;
  /** The room itself says it. */
  readonly isNotice: boolean;
  #copy: Copy | undefined;

  constructor(
    readonly seq: number,
    readonly event: ChatEvent,
    readonly tag: string,
  ) {
    this.part = event.part;
    this.headSeq = event.headSeq === 0n ? seq : Number(event.headSeq);
    this.offset = event.offset === 0n ? 1 : Number(event.offset);
    this.total = event.part === Part.WHOLE ? event.octets.byteLength : Number(event.total);
    // A copy: the event's octets are a view on what was read from the bus, and would keep all of it alive.
    this.octets = Buffer.from(event.octets);
    event.octets = this.octets;
    this.isPrivate = event.audiencePid !== '';
    this.isNotice = event.senderPid === '';
  }

  /** The first event of its message: recipients are chosen by it. */
  get starts(): boolean {
    return this.part === Part.WHOLE || this.part === Part.HEAD;
  }

  /** Nothing follows it. */
  get ends(): boolean {
    return this.part !== Part.HEAD && this.part !== Part.FRAGMENT;
  }

  /** The rendered copy, made on first use. */
  copy(nextId: () => string): Copy {
    return (this.#copy ??= new Copy(
      {
        messageId: outboundMessageId(this.tag, this.headSeq),
        octets: this.octets,
        offset: this.offset,
        total: this.total,
        flag: this.part === Part.ABORT ? '#' : this.ends ? '$' : '+',
      },
      nextId,
    ));
  }
}

/** Reads an event's payload; undefined when it is none of ours (another version, damage): skipped and counted. */
export function readRoomMessage(seq: number, payload: Uint8Array, tag: string): RoomMessage | undefined {
  try {
    const event = ChatEvent.decode(payload);
    if (event.part < Part.WHOLE || event.part > Part.ABORT) return undefined;
    return new RoomMessage(seq, event, tag);
  } catch {
    return undefined;
  }
}
