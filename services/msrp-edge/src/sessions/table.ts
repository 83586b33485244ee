import { timingSafeEqual } from 'node:crypto';
import type { EdgeSession } from './session.js';

/**
 * The sessions this edge owns, by chat-ID; the secret that follows it in the URI is compared in constant time, so that
 * neither a hit nor a miss tells how much of a guess was right (RFC 4975 section 14.1).   Req: TRN-004, TRN-006.
 */
export class SessionTable {
  readonly #byChatId = new Map<string, EdgeSession[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The session whose session-id is exactly this text. */
  find(sessionId: string): EdgeSession | undefined {
    const dot = sessionId.indexOf('.');
    if (dot === -1) return undefined;
    const sessions = this.#byChatId.get(sessionId.slice(0, dot));
    if (sessions === undefined) return undefined;
    const secret = Buffer.from(sessionId.slice(dot + 1), 'latin1');
    let found: EdgeSession | undefined;
    for (const session of sessions)
      if (session.secret.length === secret.length && timingSafeEqual(session.secret, secret)) found = session;
    return found;
  }

  /** Every session of one endpoint: two while it moves within this edge. Oldest first. */
  ofEndpoint(chatId: string): readonly EdgeSession[] {
    return this.#byChatId.get(chatId) ?? [];
  }

  add(session: EdgeSession): void {
    const sessions = this.#byChatId.get(session.chatId);
    if (sessions === undefined) this.#byChatId.set(session.chatId, [session]);
    else sessions.push(session);
    this.#size++;
  }

  remove(session: EdgeSession): void {
    const sessions = this.#byChatId.get(session.chatId);
    const index = sessions?.indexOf(session) ?? -1;
    if (sessions === undefined || index === -1) return;
    sessions.splice(index, 1);
    if (sessions.length === 0) this.#byChatId.delete(session.chatId);
    this.#size--;
  }

  /** All sessions as they are now: the table may be changed while they are walked. */
  snapshot(): EdgeSession[] {
    return Array.from(this.#byChatId.values()).flat();
  }

  *[Symbol.iterator](): IterableIterator<EdgeSession> {
    for (const sessions of this.#byChatId.values()) yield* sessions;
  }
}
