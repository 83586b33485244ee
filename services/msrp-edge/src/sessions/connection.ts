import type { ChunkSink } from '../switch/ingress.js';
import type { OutSocket } from './socket.interface.js';
import type { EdgeSession } from './session.js';

/**
 * One MSRP connection: its socket, the sessions bound to it, and what is due to it.
 *
 * Two queues: `urgent` holds answers, REPORTs and notices and goes first (RFC 4975 section 7.1.1: they "MUST" interrupt SENDs
 * above 2048 octets; a SEND waiting here has not begun, so it is simply overtaken); the other holds copies, as one text, or as
 * pieces of octets once a large one is among them. Whole frames only, so dropping the queue never leaves half a chunk.
 *
 * Req: TRN-005, TRN-017, TRN-018, RPT-014.
 */
export class Connection {
  readonly sessions: EdgeSession[] = [];
  urgent = '';
  text = '';
  readonly pieces: (string | Buffer)[] = [];
  piecesBytes = 0;
  /** In the flusher's list of those with copies due, and of those with answers and REPORTs. */
  dirty = false;
  answersDue = false;
  /** The socket is full: nothing is handed over until it drains. */
  blocked = false;
  blockedSinceMs = 0;
  congested = false;
  /** Its answers wait unread: it is not read itself. */
  pausedForAnswers = false;
  closed = false;
  badRequests = 0;
  /** Takes the octets of the chunk that is coming in. */
  inProgress: ChunkSink | undefined;
  /** A good request came: it is not an idle stranger. */
  proven = false;
  #pauses = 0;

  constructor(
    readonly socket: OutSocket,
    readonly openedAtMs: number,
  ) {}

  /** Octets of copies waiting here. */
  get queuedBytes(): number {
    return this.text.length + this.piecesBytes;
  }

  /** Queues one copy as text. */
  queueText(head: string, paths: string, tail: string): void {
    if (this.piecesBytes === 0) this.text += head + paths + tail;
    else this.#queuePiece(head + paths + tail);
  }

  /** Queues one copy as octets; the pieces are shared between connections and not copied before the write. */
  queueOctets(head: Buffer, paths: Buffer, tail: Buffer): void {
    if (this.text !== '') {
      this.#queuePiece(this.text);
      this.text = '';
    }
    this.pieces.push(head, paths, tail);
    this.piecesBytes += head.length + paths.length + tail.length;
  }

  #queuePiece(text: string): void {
    this.pieces.push(text);
    this.piecesBytes += text.length;
  }

  dropQueue(): void {
    this.text = '';
    this.pieces.length = 0;
    this.piecesBytes = 0;
  }

  /** Stops reading. As many `resume` as `pause` calls start it again: each caller has its own reason. */
  pause(): void {
    if (this.#pauses++ === 0 && !this.closed) this.socket.pause();
  }

  resume(): void {
    if (this.#pauses > 0 && --this.#pauses === 0 && !this.closed) this.socket.resume();
  }

  get paused(): boolean {
    return this.#pauses > 0;
  }
}
