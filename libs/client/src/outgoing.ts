import type { OutgoingMessage } from '@plenary/msrp';
import type { MsrpLine, SendOutcome } from './msrp-line.js';

/** Messages handed over and not yet answered for, at most. */
const openAtOnce = 256;

interface Open {
  readonly message: OutgoingMessage;
  readonly settle: (outcome: SendOutcome) => void;
  readonly onProgress: ((sentBytes: number) => void) | undefined;
  /** That carries it, or did until it was lost. */
  line: MsrpLine | undefined;
}

/**
 * What we said and nobody has answered for yet. It outlives a connection: "any messages that have not been confirmed SHOULD be resent" on the
 * session that follows, with their old Message-ID (RFC 4975 section 5.4; TRN-016), so that the switch knows them again.
 */
export class Outgoing {
  readonly #open = new Map<string, Open>();
  #line: MsrpLine | undefined;
  #isOver = false;

  /** Everything still open goes out over this line, in the order it was said; then what is said from now on. */
  useLine(line: MsrpLine): void {
    this.#line = line;
    for (const open of this.#open.values()) this.#hand(open, line);
  }

  /** Holds what is said back until there is a line again. */
  hold(): void {
    this.#line = undefined;
  }

  /** Resolves when the message is answered for, over whichever connection. */
  send(message: OutgoingMessage, onProgress?: (sentBytes: number) => void): Promise<SendOutcome> {
    if (this.#isOver) return failed('closed');
    if (this.#open.size >= openAtOnce) return failed('queue-full');
    if (this.#open.has(message.messageId)) return failed('duplicate');
    return new Promise((settle) => {
      const open: Open = { message, settle, onProgress, line: undefined };
      this.#open.set(message.messageId, open);
      if (this.#line) this.#hand(open, this.#line);
    });
  }

  /** Gives a message up; over the line if it is under way. */
  abort(messageId: string): void {
    if (this.#line) this.#line.abort(messageId);
    else this.#settle(messageId, { kind: 'failed', failure: 'aborted' });
  }

  /** Nothing is sent any more: what is open has failed. */
  end(): void {
    this.#isOver = true;
    this.#line = undefined;
    for (const messageId of this.#open.keys()) this.#settle(messageId, { kind: 'failed', failure: 'closed' });
  }

  #hand(open: Open, line: MsrpLine): void {
    // Held back for a while, and the line stayed: it is under way there.
    if (open.line === line) return;
    open.line = line;
    const { messageId } = open.message;
    void line.send(open.message, open.onProgress).then((outcome) => {
      // A line that was lost or left says nothing about the message; 481 from a session that has moved on neither.
      const isTold = outcome.kind === 'accepted' || (outcome.failure !== 'closed' && !this.#hasMoved(outcome, line));
      if (isTold && this.#open.get(messageId) === open) this.#settle(messageId, outcome);
    });
  }

  #hasMoved(outcome: SendOutcome, line: MsrpLine): boolean {
    return outcome.kind === 'failed' && outcome.failure === 481 && this.#line !== line;
  }

  #settle(messageId: string, outcome: SendOutcome): void {
    const open = this.#open.get(messageId);
    this.#open.delete(messageId);
    open?.settle(outcome);
  }
}

function failed(failure: 'closed' | 'queue-full' | 'duplicate'): Promise<SendOutcome> {
  return Promise.resolve({ kind: 'failed', failure });
}
