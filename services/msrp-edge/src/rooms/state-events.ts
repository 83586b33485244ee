import {
  Direction,
  type EndpointCapabilities,
  type LeaveCause,
  type StateChange,
  type StateEvent,
} from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import type { EdgeSession } from '../sessions/session.js';
import type { Room } from './room.js';

/** What a change of the room asks of the switch. */
export type StateOutput =
  | { readonly kind: 'joined'; readonly session: EdgeSession; readonly seq: number; readonly version: number }
  | { readonly kind: 'left'; readonly session: EdgeSession; readonly cause: LeaveCause }
  | { readonly kind: 'capabilities'; readonly session: EdgeSession; readonly capabilities: EndpointCapabilities }
  | { readonly kind: 'logging-on' }
  | { readonly kind: 'closed' }
  /** An event is missing: ask room-state for the room as it is. */
  | { readonly kind: 'stale' };

const MAX_PENDING = 256;

/**
 * Applies a room's state events in version order.
 *
 * Membership is decided by sequence, so joins and leaves of our own sessions take effect with the event that says so, whatever its
 * version; roster, policy, epoch wait for their turn. On a gap the room is asked for, and what was kept is applied to the answer.
 */
export class StateFollower {
  readonly #pending = new Map<number, { event: StateEvent; seq: number }>();

  constructor(private readonly room: Room) {}

  /** Are there events that wait for one that is missing? */
  get behind(): boolean {
    return this.#pending.size > 0;
  }

  apply(event: StateEvent, seq: number): StateOutput[] {
    const outputs: StateOutput[] = [];
    const version = Number(event.version);
    for (const change of event.changes) this.#ownSessions(change, seq, version, outputs);
    if (version <= this.room.version) return outputs;
    if (version > this.room.version + 1) {
      if (this.#pending.size < MAX_PENDING) this.#pending.set(version, { event, seq });
      outputs.push({ kind: 'stale' });
      return outputs;
    }
    this.#advance(event, outputs);
    this.#applyPending(outputs);
    return outputs;
  }

  /** Takes the room as room-state has it. */
  adopt(view: RoomView): StateOutput[] {
    const outputs: StateOutput[] = [];
    const { room } = this;
    const version = Number(view.version);
    if (version > room.version) {
      const wasLogged = room.policy.logged;
      room.version = version;
      room.epoch = view.epoch;
      room.tag = view.tag;
      if (view.policy !== undefined) room.policy = view.policy;
      room.roster.replaceAll(view.roster);
      if (!wasLogged && room.policy.logged) outputs.push({ kind: 'logging-on' });
      for (const known of this.#pending.keys()) if (known <= version) this.#pending.delete(known);
    }
    this.#applyPending(outputs);
    return outputs;
  }

  #applyPending(outputs: StateOutput[]): void {
    for (let next = this.#take(); next !== undefined; next = this.#take()) this.#advance(next.event, outputs);
  }

  #take(): { event: StateEvent; seq: number } | undefined {
    const version = this.room.version + 1;
    const next = this.#pending.get(version);
    this.#pending.delete(version);
    return next;
  }

  #ownSessions({ change }: StateChange, seq: number, version: number, outputs: StateOutput[]): void {
    switch (change?.$case) {
      case 'joined': {
        const session = this.room.endpoints.get(change.value.chatId);
        if (session !== undefined && !session.joined) outputs.push({ kind: 'joined', session, seq, version });
        break;
      }
      case 'left': {
        for (const session of this.room.sessions)
          if (session.chatId === change.value.chatId)
            outputs.push({ kind: 'left', session, cause: change.value.cause });
        break;
      }
      case 'roomClosed':
        outputs.push({ kind: 'closed' });
        break;
      default:
    }
  }

  #advance(event: StateEvent, outputs: StateOutput[]): void {
    const { room } = this;
    room.version = Number(event.version);
    for (const { change } of event.changes) {
      switch (change?.$case) {
        case 'roomCreated':
        case 'policyChanged':
          if (change.value.policy !== undefined) {
            const wasLogged = room.policy.logged;
            room.policy = change.value.policy;
            if (!wasLogged && room.policy.logged) outputs.push({ kind: 'logging-on' });
          }
          break;
        case 'loggingChanged': {
          const wasLogged = room.policy.logged;
          room.policy = { ...room.policy, logged: change.value.on };
          if (!wasLogged && change.value.on) outputs.push({ kind: 'logging-on' });
          break;
        }
        case 'joined':
          if (change.value.participant !== undefined) room.roster.put(change.value.participant);
          break;
        case 'left':
          if (change.value.lastEndpoint) room.roster.delete(change.value.pid);
          else room.roster.removeEndpoint(change.value.pid, change.value.chatId);
          break;
        case 'nicknameChanged': {
          const participant = room.roster.get(change.value.pid);
          if (participant !== undefined) participant.nickname = change.value.nickname;
          break;
        }
        case 'capabilitiesChanged': {
          const { pid, chatId } = change.value;
          const capabilities = change.value.capabilities ?? NO_CAPABILITIES;
          room.roster.setCapabilities(pid, chatId, capabilities);
          const session = room.endpoints.get(chatId);
          if (session !== undefined) outputs.push({ kind: 'capabilities', session, capabilities });
          break;
        }
        case 'endpointMoved':
          room.roster.moveEndpoint(change.value.pid, change.value.chatId, change.value.edgeId);
          break;
        case 'epochStarted':
          room.epoch = change.value.epoch;
          room.tag = change.value.tag;
          break;
        default:
      }
    }
  }
}

const NO_CAPABILITIES: EndpointCapabilities = {
  acceptTypes: ['message/cpim'],
  acceptWrappedTypes: [],
  maxSizeBytes: 0n,
  chatroom: false,
  nickname: false,
  privateMessages: false,
  direction: Direction.SENDRECV,
};
