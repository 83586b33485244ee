import type { SessionRecord } from '@plenary/proto/edge';
import type { EdgeEvents } from '../events.js';
import type { EdgeLimits } from '../limits.js';
import type { Entrances } from '../listeners.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { CapabilityClasses } from './capability-class.js';
import type { Lifecycle } from './lifecycle.js';
import { readRecord, type RecordFault } from './record.js';
import { endOfPlace } from '../rooms/notice-message.js';
import { EdgeSession } from './session.js';
import type { SessionTable } from './table.js';

/** Why a reservation is not made. */
export type ReserveRefusal = { readonly code: 'draining' | 'full' | 'no-such-transport' | RecordFault };

/** A session that is put here. */
export interface Reserved {
  readonly path: string;
  /** Sessions of its room at this edge, itself among them. */
  readonly roomSessions: number;
  /** a=fingerprint of the certificate we show; empty where the session is not over TLS. */
  readonly fingerprint: string;
}

export interface ReservationsParts {
  readonly table: SessionTable;
  readonly rooms: RoomDirectory;
  readonly classes: CapabilityClasses;
  readonly lifecycle: Lifecycle;
  readonly limits: EdgeLimits;
  readonly events: EdgeEvents;
  readonly entrances: Entrances;
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
  async reserve(requestId: string, record: SessionRecord): Promise<Reserved | ReserveRefusal> {
    const { table, rooms, limits, isDraining, lifecycle, events } = this.parts;
    if (isDraining()) return { code: 'draining' };
    const earlier = this.#made(requestId, record.chatId);
    if (earlier !== undefined) return earlier;
    if (table.size >= limits.sessions) return { code: 'full' };
    const place = this.#placeFor(record.secure);
    if (place === undefined) return { code: 'no-such-transport' };
    const read = readRecord(record);
    if ('code' in read) return read;
    let room = await rooms.open(read.room);
    // It may have emptied and been let go while this call waited.
    while (rooms.get(room.id) !== room) room = await rooms.open(read.room);
    if (isDraining()) return { code: 'draining' };
    if (room.policy.requireTls && !record.secure) {
      rooms.releaseIfEmpty(room);
      return { code: 'no-such-transport' };
    }
    // A second call with the same id may have been waiting too.
    const meanwhile = this.#made(requestId, record.chatId);
    if (meanwhile !== undefined) return meanwhile;
    const secret = this.#secret();
    const session = new EdgeSession({
      chatId: record.chatId,
      secret,
      uri: `${place}/${record.chatId}.${secret.toString('latin1')};tcp`,
      secure: record.secure,
      joinTraceparent: record.joinTraceparent === '' ? undefined : record.joinTraceparent,
      peerFingerprints: record.peerFingerprints,
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
    return this.#answer(session);
  }

  #made(requestId: string, chatId: string): Reserved | undefined {
    for (const session of this.parts.table.ofEndpoint(chatId))
      if (session.requestId === requestId && session.life === 'reserved') return this.#answer(session);
    return undefined;
  }

  #answer(session: EdgeSession): Reserved {
    const fingerprint = session.secure ? (this.parts.entrances.tls()?.fingerprint ?? '') : '';
    return { path: session.uri, roomSessions: session.room.sessions.size, fingerprint };
  }

  /** Scheme and authority of a URI for that transport; undefined where we do not take it. */
  #placeFor(secure: boolean): string | undefined {
    const { entrances } = this.parts;
    const authority = secure ? entrances.tls()?.authority : entrances.plain();
    return authority === undefined ? undefined : `${secure ? 'msrps' : 'msrp'}://${authority}`;
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
