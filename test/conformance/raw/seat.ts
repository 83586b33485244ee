import type { Caller } from './caller.js';
import { cpim, ident, request, type CpimParts, type RequestParts } from './messages.js';
import { field, type Frame, type MsrpSocket } from './msrp-socket.js';
import type { SipText } from './sip-socket.js';

export interface SeatOptions {
  readonly room: string;
  readonly caller: Caller;
  readonly answer: SipText;
  readonly msrp: MsrpSocket;
  /** The room's URI in this session. */
  readonly toPath: string;
  /** Our own. */
  readonly fromPath: string;
}

export type SendParts = Omit<RequestParts, 'toPath' | 'fromPath'> & Partial<Pick<RequestParts, 'toPath' | 'fromPath'>>;

/** One device of one user in one room, over the wire. */
export class Seat {
  readonly room: string;
  readonly caller: Caller;
  /** The 200 to its INVITE. */
  readonly answer: SipText;
  readonly msrp: MsrpSocket;
  readonly toPath: string;
  readonly fromPath: string;

  constructor(options: SeatOptions) {
    this.room = options.room;
    this.caller = options.caller;
    this.answer = options.answer;
    this.msrp = options.msrp;
    this.toPath = options.toPath;
    this.fromPath = options.fromPath;
  }

  get aor(): string {
    return this.caller.aor;
  }

  /** The octets of a request in this session. */
  octets(parts: SendParts = {}): Buffer {
    return request({ toPath: this.toPath, fromPath: this.fromPath, ...parts });
  }

  /** A CPIM object from this user, to the room unless said otherwise. */
  cpim(parts: Partial<CpimParts> = {}): string {
    return cpim({ from: this.aor, to: this.room, ...parts });
  }

  /** Sends a request and waits for its answer. */
  async ask(parts: SendParts = {}): Promise<Frame> {
    const id = parts.id ?? ident();
    this.msrp.write(this.octets({ ...parts, id, headers: withMessageId(parts) }));
    return this.msrp.answer(id);
  }

  /** A regular message; resolves with the answer. */
  say(text: string, parts: SendParts = {}): Promise<Frame> {
    return this.ask({ body: this.cpim({ text }), ...parts });
  }

  /** A SEND without a body: binds, keeps alive, is answered at once. */
  ping(): Promise<Frame> {
    return this.ask({});
  }

  nickname(quoted: string, parts: SendParts = {}): Promise<Frame> {
    return this.ask({ method: 'NICKNAME', headers: [`Use-Nickname: ${quoted}`], ...parts });
  }

  /** Waits until everything sent before has been dealt with: a message of one's own is answered in its turn. */
  async settled(): Promise<void> {
    await this.say(`settled ${ident()}`);
    await this.ping();
  }

  /** What came for this transaction id. */
  answersTo(id: string): Frame[] {
    return this.msrp.frames.filter((frame) => frame.status !== 0 && frame.id === id);
  }

  /** The next copy whose body has this text. */
  copy(text: string, timeoutMs?: number): Promise<Frame> {
    return this.msrp.next((frame) => frame.method === 'SEND' && frame.body?.includes(text) === true, timeoutMs);
  }

  /** Copies of this session received so far. */
  copies(): Frame[] {
    return this.msrp.frames.filter((frame) => frame.method === 'SEND' && field(frame, 'To-Path') === this.fromPath);
  }

  /** Copies whose body has this text, after a marker of `other` has come: what had to come before it has come. */
  async copiesAfterMarker(other: Seat, text: string): Promise<Frame[]> {
    const marker = `marker ${ident()}`;
    await other.say(marker);
    await this.copy(marker);
    return this.copies().filter((frame) => frame.body?.includes(text) === true);
  }

  async leave(): Promise<void> {
    await this.caller.bye(this.room);
    this.msrp.destroy();
    this.caller.sip.destroy();
  }
}

function withMessageId({ method = 'SEND', headers = [] }: SendParts): readonly string[] {
  if (method !== 'SEND' || headers.some((line) => /^message-id:/i.test(line))) return headers;
  return [`Message-ID: ${ident()}`, ...headers];
}
