import {
  Direction,
  type EndpointCapabilities,
  type LeaveCause,
  type Participant,
  type RoomPolicy,
  type StateChange,
  type StateEvent,
} from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import { allowedOf } from '../sessions/record.js';
import type { EdgeSession } from '../sessions/session.js';
import { learnLogging } from './logging.js';
import type { Room } from './room.js';

/** What a change of the room asks of the switch. */
export type StateOutput =
  | { readonly kind: 'joined'; readonly session: EdgeSession; readonly seq: number; readonly version: number }
  | { readonly kind: 'left'; readonly session: EdgeSession; readonly cause: LeaveCause }
  | { readonly kind: 'capabilities'; readonly session: EdgeSession; readonly capabilities: EndpointCapabilities }
  /** What conference control lets an endpoint do, as of a version of the room. */
  | { readonly kind: 'allowed'; readonly session: EdgeSession; readonly allowed: Direction; readonly version: number }
  /** How a participant is known changed. */
  | { readonly kind: 'participant'; readonly session: EdgeSession; readonly participant: Participant }
  | { readonly kind: 'logging-on' }
  | { readonly kind: 'logging-off' }
  /** Nobody's messages are taken from now on. */
  | { readonly kind: 'suspended' }
  /** Messages over TLS alone from now on. */
  | { readonly kind: 'tls-required' }
  /** What the room hears of another one may have changed. */
  | { readonly kind: 'hearing' }
  /** `successorUri` takes its place; empty: none does. */
  | { readonly kind: 'closed'; readonly successorUri: string }
  /** An event is missing: ask room-state for the room as it is. */
  | { readonly kind: 'stale' };

const MAX_PENDING = 256;

/**
 * Applies a room's state events in version order.
 *
 * Membership and the right to speak are decided by sequence, so joins, leaves and mutes of our own sessions take effect with the event that
 * says so, whatever its version, and so does the word that logging begins; roster, policy, epoch wait for their turn. On a gap the room
 * is asked for, and what was kept is applied to the answer.
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
    learnLogging(this.room.logging, event, seq);
    for (const change of event.changes) this.#atOnce(change, seq, version, outputs);
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
      room.version = version;
      room.epoch = view.epoch;
      room.tag = view.tag;
      if (view.policy !== undefined) this.#setPolicy(view.policy, outputs);
      room.roster.replaceAll(view.roster);
      for (const session of room.sessions) {
        const participant = room.roster.get(session.seat.pid);
        if (participant === undefined) continue;
        outputs.push({ kind: 'participant', session, participant });
        if (participant.endpoints.some(({ chatId }) => chatId === session.chatId))
          outputs.push({ kind: 'allowed', session, allowed: allowedOf(participant, session.chatId), version });
      }
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

  #atOnce({ change }: StateChange, seq: number, version: number, outputs: StateOutput[]): void {
    const { room } = this;
    // Room-state has told of it, and perhaps of what came after it.
    const isOld = version <= room.version;
    switch (change?.$case) {
      case 'joined': {
        const { chatId, participant } = change.value;
        const session = room.endpoints.get(chatId);
        if (session === undefined || session.joined) break;
        if (participant !== undefined)
          outputs.push({ kind: 'allowed', session, allowed: allowedOf(participant, chatId), version });
        outputs.push({ kind: 'joined', session, seq, version });
        break;
      }
      case 'left': {
        for (const session of room.sessions)
          if (session.chatId === change.value.chatId)
            outputs.push({ kind: 'left', session, cause: change.value.cause });
        break;
      }
      case 'mediaChanged': {
        const { chatId, allowed } = change.value;
        for (const session of room.sessions)
          if (session.chatId === chatId) outputs.push({ kind: 'allowed', session, allowed, version });
        break;
      }
      case 'loggingChanged':
        if (change.value.on && !isOld) outputs.push({ kind: 'logging-on' });
        break;
      case 'roomCreated':
      case 'policyChanged':
        if (change.value.policy?.logged === true && !isOld) outputs.push({ kind: 'logging-on' });
        if (change.value.policy?.suspended === true && !isOld) outputs.push({ kind: 'suspended' });
        if (change.value.policy?.requireTls === true && !isOld) outputs.push({ kind: 'tls-required' });
        break;
      case 'roomClosed':
        outputs.push({ kind: 'closed', successorUri: change.value.successorUri });
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
          if (change.value.policy !== undefined) this.#setPolicy(change.value.policy, outputs);
          break;
        case 'loggingChanged':
          this.#setPolicy({ ...room.policy, logged: change.value.on }, outputs);
          break;
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
        case 'rolesChanged': {
          const participant = room.roster.get(change.value.pid);
          if (participant !== undefined) participant.roles = change.value.roles;
          break;
        }
        case 'participantChanged': {
          const { participant } = change.value;
          if (participant === undefined) break;
          room.roster.put(participant);
          for (const session of room.seats.get(participant.pid)?.sessions ?? [])
            outputs.push({ kind: 'participant', session, participant });
          break;
        }
        case 'mediaChanged':
          room.roster.setAllowed(change.value.pid, change.value.chatId, change.value.allowed);
          break;
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
        // What is not the edge's: the document, calls into the room, users who wait. Notices are messages.
        case 'conferenceChanged':
        case 'callWanted':
        case 'callGone':
        case 'pendingDecided':
        case 'notice':
        case 'roomClosed':
        case undefined:
      }
    }
  }

  #setPolicy(policy: RoomPolicy, outputs: StateOutput[]): void {
    const { room } = this;
    const before = room.policy;
    room.policy = policy;
    if (policy.logged !== before.logged) outputs.push({ kind: policy.logged ? 'logging-on' : 'logging-off' });
    if (policy.suspended && !before.suspended) outputs.push({ kind: 'suspended' });
    if (policy.requireTls && !before.requireTls) outputs.push({ kind: 'tls-required' });
    if (policy.hearsRoom !== before.hearsRoom) outputs.push({ kind: 'hearing' });
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
