import { Part, type ChatEvent, type StateEvent } from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import { sendsIn } from '../sessions/direction.js';
import { IMDN } from '../switch/content-kinds.js';
import { Timeline } from './timeline.js';

/** How an endpoint stands to the room, from some event on. */
type Standing =
  | 'speaks'
  /** Conference control lets it receive only. */
  | 'muted'
  | 'left';

/** What room-state says of those who are muted now. */
interface ViewOfMuted {
  readonly version: number;
  readonly muted: readonly string[];
  readonly suspended: boolean;
}

/** Endpoints that left and are remembered. */
const MAX_DEPARTED = 1024;

/**
 * Who may speak at which place of the room's log.
 *
 * The edge a message comes in at refuses it to the sender; but a message can be on its way to the log while its sender is muted or put out.
 * Therefore every edge judges each message again by its sequence: what was stored after the event that silenced its sender is
 * distributed to nobody, whichever edge looks, live or from the log.
 *
 * Req: POL-018, FLOOR-004, SEC-002.
 */
export class Speech {
  readonly #present = new Map<string, Timeline<Standing>>();
  readonly #departed = new Map<string, Timeline<Standing>>();
  readonly #suspended = new Timeline<boolean>();
  /** Newest version of the room whose event was seen. */
  #seenVersion = 0;
  #view: ViewOfMuted | undefined;

  /** Of how many endpoints something is remembered: those here that are or were muted, and some that left. */
  get size(): number {
    return this.#present.size + this.#departed.size;
  }

  /** Takes a state event with its sequence: in log order as a rule, an older one when a page of the log was read. */
  learn(event: StateEvent, seq: number): void {
    for (const { change } of event.changes) {
      switch (change?.$case) {
        case 'joined': {
          const { chatId, participant } = change.value;
          const endpoint = participant?.endpoints.find((one) => one.chatId === chatId);
          this.#allow(chatId, seq, endpoint === undefined || sendsIn(endpoint.allowed));
          break;
        }
        case 'mediaChanged':
          this.#allow(change.value.chatId, seq, sendsIn(change.value.allowed));
          break;
        case 'left':
          this.#set(change.value.chatId, seq, 'left');
          break;
        case 'roomCreated':
        case 'policyChanged': {
          const suspended = change.value.policy?.suspended === true;
          if (suspended || this.#suspended.latest !== undefined) this.#suspended.set(seq, suspended);
          break;
        }
        default:
      }
    }
    const version = Number(event.version);
    this.#seenVersion = Math.max(this.#seenVersion, version);
    this.#takeView(version);
  }

  /**
   * Takes the room as room-state has it. Since when somebody is muted it does not say: it counts from where the log has been followed to
   * just that version, so that no message from before a mute is lost, or from after an unmute the view does not know of.
   */
  adopt(view: RoomView): void {
    const endpoints = view.roster.flatMap((one) => one.endpoints);
    const muted = endpoints.filter(({ allowed }) => !sendsIn(allowed)).map(({ chatId }) => chatId);
    this.#view = { version: Number(view.version), muted, suspended: view.policy?.suspended === true };
    this.#takeView(this.#seenVersion);
  }

  /** Is this message, or part of one, to be kept from everybody? What ends a message at its recipients never is. */
  bars(event: ChatEvent, seq: number): boolean {
    if (event.part === Part.ABORT || event.senderPid === '') return false;
    return this.silences(event.senderChatId, seq, event.wrappedType);
  }

  /** The same for what an endpoint has said, of which only this is at hand. Receipts are not affected by muting (CHAT-033). */
  silences(chatId: string, seq: number, wrappedType: string): boolean {
    const standing = this.#of(chatId)?.before(seq);
    if (standing === 'left') return true;
    return (standing === 'muted' || this.#suspended.before(seq) === true) && wrappedType !== IMDN;
  }

  /** The log has been followed to this version. */
  #takeView(version: number): void {
    const view = this.#view;
    if (view === undefined || version < view.version) return;
    this.#view = undefined;
    if (version > view.version) return;
    for (const chatId of view.muted) {
      const known = this.#of(chatId) ?? new Timeline<Standing>();
      known.guess('muted');
      this.#place(chatId, known);
    }
    if (view.suspended) this.#suspended.guess(true);
  }

  /** Nothing is kept of those who were never muted. */
  #allow(chatId: string, seq: number, speaks: boolean): void {
    if (!speaks || this.#of(chatId) !== undefined) this.#set(chatId, seq, speaks ? 'speaks' : 'muted');
  }

  #set(chatId: string, seq: number, standing: Standing): void {
    const timeline = this.#of(chatId) ?? new Timeline<Standing>();
    timeline.set(seq, standing);
    this.#place(chatId, timeline);
  }

  #of(chatId: string): Timeline<Standing> | undefined {
    return this.#present.get(chatId) ?? this.#departed.get(chatId);
  }

  #place(chatId: string, timeline: Timeline<Standing>): void {
    this.#present.delete(chatId);
    this.#departed.delete(chatId);
    (timeline.latest === 'left' ? this.#departed : this.#present).set(chatId, timeline);
    if (this.#departed.size <= MAX_DEPARTED) return;
    for (const oldest of this.#departed.keys()) {
      this.#departed.delete(oldest);
      break;
    }
  }
}
