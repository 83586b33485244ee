import type { Participant, RoomPolicy } from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';
import type { CapabilityClass, CapabilityClasses } from '../sessions/capability-class.js';
import { mediaType } from '../sessions/capability-class.js';
import type { EdgeSession } from '../sessions/session.js';
import type { TokenBucket } from '../switch/token-bucket.js';
import type { Origins } from './origins.js';
import type { RecentMessages } from './recent.js';
import type { RoomLog } from './room-log.js';
import type { LoggingTurn } from './logging.js';
import { Roster } from './roster.js';
import { Speech } from './speech.js';
import { Timeline } from './timeline.js';

/** One participant's sessions at this edge; shared, so that "its own session" is one comparison. */
export interface Seat {
  readonly pid: string;
  /** XCON-USERID. */
  readonly userId: string;
  /** Nickname it sat down with; the roster has the one in force. */
  readonly nickname: string;
  readonly sessions: EdgeSession[];
  /** SENDs of this participant by the room's rate; undefined: no limit. */
  bucket: TokenBucket | undefined;
}

/** A message that is still coming in fragments. */
export interface OpenHead {
  lastAtMs: number;
  /** Where its next octet belongs. */
  nextOffset: number;
}

export interface RoomInit {
  readonly id: RoomId;
  readonly shard: ShardId;
  readonly conferenceUri: string;
  readonly epoch: number;
  readonly tag: string;
  readonly policy: RoomPolicy;
}

/** What this edge knows of one room, and the sessions it serves in it. */
export class Room {
  readonly id: RoomId;
  readonly shard: ShardId;
  readonly conferenceUri: string;
  epoch: number;
  tag: string;
  /** 0: the roster is not known yet. */
  version = 0;
  readonly roster = new Roster();
  /** Every session, whatever its life; the newest of an endpoint by chat-ID. */
  readonly sessions = new Set<EdgeSession>();
  readonly endpoints = new Map<string, EdgeSession>();
  /** Who is written to when a message comes: dense, in no order. */
  readonly live: EdgeSession[] = [];
  readonly seats = new Map<string, Seat>();
  /** The capability classes of its sessions, with how many have each. */
  readonly classes = new Map<CapabilityClass, number>();
  readonly openHeads = new Map<number, OpenHead>();
  /** Who may speak at which place of the log. */
  readonly speech = new Speech();
  /** Is it logged, by the events that said so. */
  readonly logging = new Timeline<LoggingTurn>();
  /** Sessions of sidebars that hear what is said here. */
  readonly ears = new Set<EdgeSession>();
  /** Place of the newest thing there was to show: a message, or a notice. */
  shownSeq = 0;
  lastMessageAtMs = 0;
  /** Octets of its recent events on average: how many of them make a page. */
  averageBytes = 512;
  /** Live copies made for its sessions here, and their octets: which rooms make this edge hot. */
  copies = 0;
  copiedBytes = 0;
  closed = false;
  #policy: RoomPolicy;
  #wrappedTypes: ReadonlySet<string> = new Set();
  #streams: ReadonlySet<string> = new Set();

  constructor(
    init: RoomInit,
    readonly log: RoomLog,
    readonly recent: RecentMessages,
    readonly origins: Origins,
  ) {
    this.id = init.id;
    this.shard = init.shard;
    this.conferenceUri = init.conferenceUri;
    this.epoch = init.epoch;
    this.tag = init.tag;
    this.#policy = init.policy;
    this.policy = init.policy;
  }

  get policy(): RoomPolicy {
    return this.#policy;
  }

  set policy(policy: RoomPolicy) {
    this.#policy = policy;
    this.#wrappedTypes = new Set(policy.wrappedTypes.map(mediaType));
    this.#streams = new Set(policy.streams);
    for (const seat of this.seats.values()) seat.bucket = undefined;
  }

  /** Media types a CPIM object may wrap in this room; empty: any. */
  get wrappedTypes(): ReadonlySet<string> {
    return this.#wrappedTypes;
  }

  /** Are there several chat media, so that not everything said is for everybody? Req: XCON-023. */
  get hasStreams(): boolean {
    return this.#streams.size > 0;
  }

  /** The stream a label stands for: empty for the first, and for a label that is none of the room's. */
  streamOf(label: string): string {
    return this.#streams.has(label) ? label : '';
  }

  /** The seat of a participant, made when it is its first session here. */
  seat({ pid, userId, nickname }: Pick<Participant, 'pid' | 'userId' | 'nickname'>): Seat {
    let seat = this.seats.get(pid);
    if (seat === undefined) {
      seat = { pid, userId, nickname, sessions: [], bucket: undefined };
      this.seats.set(pid, seat);
    }
    return seat;
  }

  add(session: EdgeSession): void {
    this.sessions.add(session);
    this.endpoints.set(session.chatId, session);
    session.seat.sessions.push(session);
    this.countClass(session.cls, 1);
  }

  remove(session: EdgeSession): void {
    if (!this.sessions.delete(session)) return;
    this.leaveLive(session);
    if (this.endpoints.get(session.chatId) === session) this.endpoints.delete(session.chatId);
    const { sessions, pid } = session.seat;
    sessions.splice(sessions.indexOf(session), 1);
    if (sessions.length === 0) this.seats.delete(pid);
    this.countClass(session.cls, -1);
  }

  joinLive(session: EdgeSession): void {
    if (session.liveIndex !== -1) return;
    session.liveIndex = this.live.length;
    this.live.push(session);
  }

  leaveLive(session: EdgeSession): void {
    const index = session.liveIndex;
    if (index === -1) return;
    const last = this.live.pop()!;
    if (last !== session) {
      this.live[index] = last;
      last.liveIndex = index;
    }
    session.liveIndex = -1;
  }

  /** Gives a session another class, and the old one back. */
  changeClass(session: EdgeSession, cls: CapabilityClass, classes: Pick<CapabilityClasses, 'release'>): void {
    this.countClass(session.cls, -1);
    this.countClass(cls, 1);
    classes.release(session.cls);
    session.cls = cls;
  }

  countClass(cls: CapabilityClass, by: 1 | -1): void {
    const count = (this.classes.get(cls) ?? 0) + by;
    if (count === 0) this.classes.delete(cls);
    else this.classes.set(cls, count);
  }
}
