import { Direction, type RoomPolicy, type StateEvent } from '@plenary/proto/chat';

/** What of a room's policy counts for its kept log. */
export interface KeepingPolicy {
  readonly logged: boolean;
  /** Nobody's messages are distributed. */
  readonly suspended: boolean;
  /** How long messages stay, seconds; 0: for good. */
  readonly retentionSeconds: number;
  /** Legal hold: nothing is removed. */
  readonly hold: boolean;
  /** Content of files is kept too, not their CPIM headers alone. */
  readonly filesKept: boolean;
}

/** What is known of a room at a place of its log. */
export interface RoomLog extends KeepingPolicy {
  readonly epoch: number;
  /** Version of the last state event taken into account. */
  readonly version: bigint;
  /** The room is gone; what was kept of it stays for its time. */
  readonly closed: boolean;
}

/** A room as room-state has it now: the answer where the log does not say. `undefined`: there is no such room. */
export type RoomNow =
  | (RoomLog & {
      /** chat-IDs that may not send. */
      readonly muted: readonly string[];
    })
  | undefined;

/** Why an endpoint's messages are distributed to nobody; `undefined`: they are. */
export type Silence = 'muted' | 'left' | undefined;

/** A hundred years: longer than that is for good. */
const longestRetentionSeconds = 3_155_760_000;

/** Without a policy, a room is not logged. */
export function keepingPolicy(policy: RoomPolicy | undefined): KeepingPolicy {
  const retention = policy?.historyRetentionSeconds ?? 0n;
  return {
    logged: policy?.logged ?? false,
    suspended: policy?.suspended ?? false,
    retentionSeconds: retention > BigInt(longestRetentionSeconds) ? 0 : Number(retention),
    hold: policy?.historyHold ?? false,
    filesKept: policy?.filesKept ?? false,
  };
}

/** A room that does not exist: nothing of it is logged. */
export function noRoom(version: bigint): RoomLog {
  return { ...keepingPolicy(undefined), epoch: 1, version, closed: true };
}

/** True where a direction lets nothing be sent. */
export function isMuted(allowed: Direction): boolean {
  return allowed === Direction.RECVONLY || allowed === Direction.INACTIVE;
}

/** A state event that does not follow on what is known, and does not say everything by itself. */
export function isGap(version: bigint | undefined, event: StateEvent): boolean {
  const first = event.changes[0]?.change?.$case;
  if (first === 'roomCreated') return false;
  if (version === undefined) return true;
  // An epoch's first event carries all changes the old log has not got.
  return first !== 'epochStarted' && event.version > version + 1n;
}

/** The room after a state event that follows on `before`; `undefined`: there was none. */
export function afterEvent(before: RoomLog | undefined, event: StateEvent): RoomLog {
  let log: RoomLog = { ...(before ?? noRoom(0n)), epoch: event.epoch, version: event.version };
  for (const { change } of event.changes) {
    if (change?.$case === 'roomCreated') log = { ...log, ...keepingPolicy(change.value.policy), closed: false };
    else if (change?.$case === 'policyChanged') log = { ...log, ...keepingPolicy(change.value.policy) };
    else if (change?.$case === 'loggingChanged') log = { ...log, logged: change.value.on };
    else if (change?.$case === 'roomClosed') log = { ...log, logged: false, closed: true };
    else if (change?.$case === 'epochStarted') log = { ...log, epoch: change.value.epoch };
  }
  return log;
}

/** What a state event says of endpoints: whether their messages are distributed from here on, by chat-ID. */
export function silencesIn(event: StateEvent): (readonly [chatId: string, silence: Silence])[] {
  return event.changes.flatMap(({ change }) => {
    if (change?.$case === 'left') return [[change.value.chatId, 'left'] as const];
    if (change?.$case === 'mediaChanged') return [[change.value.chatId, silenceOf(change.value.allowed)] as const];
    if (change?.$case !== 'joined') return [];
    const { participant, chatId } = change.value;
    const endpoint = participant?.endpoints.find((each) => each.chatId === chatId);
    return [[chatId, silenceOf(endpoint?.allowed ?? Direction.UNSPECIFIED)] as const];
  });
}

function silenceOf(allowed: Direction): Silence {
  return isMuted(allowed) ? 'muted' : undefined;
}
