import type { SessionRecord } from '@plenary/proto/edge';
import type { EdgeEvents } from '../events.js';
import type { EdgeLimits } from '../limits.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { CapabilityClasses } from './capability-class.js';
import type { Lifecycle } from './lifecycle.js';
import { readRecord, type RecordFault } from './record.js';
import { endOfPlace } from '../rooms/notice-message.js';
import { EdgeSession } from './session.js';
import type { SessionTable } from './table.js';

/** Why a reservation is not made. */
export type ReserveRefusal = { readonly code: 'draining' | 'full' | RecordFault };

export interface ReservationsParts {
  readonly table: SessionTable;
  readonly rooms: RoomDirectory;
  readonly classes: CapabilityClasses;
  readonly lifecycle: Lifecycle;
  readonly limits: EdgeLimits;
  readonly events: EdgeEvents;
  /** The authority of our MSRP URIs, `host:port`. */
  readonly authority: () => string;
  readonly isDraining: () => boolean;
  /** Fills the array with random octets fit for secrets. */
  readonly fillRandom: (octets: Uint8Array) => void;
}

const SECRET_BYTES = 12;

/** Puts sessions here, each with a URI nobody can guess (TRN-004, TRN-006). */
export class Reservations {
  constructor(private readonly parts: ReservationsParts) {}

  /**
   * Puts a session here and follows its room from now on, before the join is confirmed. The same `requestId` gives the same path.
   * Rejects when the bus does not answer.
   */
  async reserve(requestId: string, record: SessionRecord): Promise<{ path: string } | ReserveRefusal> {
    const { table, rooms, limits, isDraining, lifecycle, events } = this.parts;
    if (isDraining()) return { code: 'draining' };
    const earlier = this.#made(requestId, record.chatId);
    if (earlier !== undefined) return earlier;
    if (table.size >= limits.sessions) return { code: 'full' };
    const read = readRecord(record);
    if ('code' in read) return read;
    let room = await rooms.open(read.room);
    // It may have emptied and been let go while this call waited.
    while (rooms.get(room.id) !== room) room = await rooms.open(read.room);
    if (isDraining()) return { code: 'draining' };
    // A second call with the same id may have been waiting too.
    const meanwhile = this.#made(requestId, record.chatId);
    if (meanwhile !== undefined) return meanwhile;
    const secret = this.#secret();
    const session = new EdgeSession({
      chatId: record.chatId,
      secret,
      uri: `msrp://${this.parts.authority()}/${record.chatId}.${secret.toString('latin1')};tcp`,
      requestId,
      room,
      seat: room.seat(read.participant),
      participant: read.participant,
      capabilities: read.capabilities,
      allowed: read.allowed,
      label: read.label,
      cls: this.parts.classes.acquire(read.capabilities, [], read.allowed, read.label),
      peerPath: record.peerPath,
      // Whose notices it has, too.
      cursor: record.cursor === 0n ? 0 : endOfPlace(Number(record.cursor)),
      markerEvery: limits.markerEvery,
    });
    if (!session.joined && isSeated(record)) session.takePlaceUnknown(room.log.lastSeq);
    if (session.joined) session.joinedVersion = Number(record.roomVersion);
    lifecycle.reserved(session);
    events.sessionReserved(session);
    return { path: session.uri };
  }

  #made(requestId: string, chatId: string): { path: string } | undefined {
    for (const session of this.parts.table.ofEndpoint(chatId))
      if (session.requestId === requestId && session.life === 'reserved') return { path: session.uri };
    return undefined;
  }

  #secret(): Buffer {
    const random = new Uint8Array(SECRET_BYTES);
    this.parts.fillRandom(random);
    return Buffer.from(Buffer.from(random).toString('base64url'), 'latin1');
  }
}

/** Is the endpoint in the room already, at an edge that could not say how far it had got? Then no `joined` event will come. */
function isSeated({ chatId, participant }: SessionRecord): boolean {
  return participant?.endpoints.some((endpoint) => endpoint.chatId === chatId && endpoint.edgeId !== '') === true;
}
