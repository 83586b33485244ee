import { entryRoles, systemAdministrator, type Actor } from './actor.js';
import type { RoomCommandOf } from './command.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import { grantedOnEntry, mayEnter, passwordVerdict } from './entry.js';
import { personaOf } from './persona.js';
import { listsOf } from './targets.js';
import { occupancy, type PendingState, type RoomState, type Seat } from './state.js';

type Admit = RoomCommandOf<'admit'>;

/** Somebody wants to come in: takes a seat, waits for a moderator, or is refused. Req: ROOM-001, ROOM-019, POL-006, POL-008. */
export function admit(state: RoomState, command: Admit, context: DecideContext): Decision {
  const { seat: asked, pendingChatId, seatMs, pendingMs, systemRoles, password } = command;
  const { nowMs } = context;
  if (state.kind === 'blueprint') return refused('not-a-member');
  if (pendingChatId !== undefined) return admitDecided(state, command, pendingChatId, context);
  const pid = state.desk.remembered.get(asked.userKey) ?? asked.pid;
  if (asked.callId !== '') return admitCalled(state, command, context);
  const actor = actorOf(command);
  if (!command.isResolved && listsOf(state.view)) return refused('identities-needed');
  const wrong = passwordVerdict(state, password);
  if (wrong !== undefined) return refused(wrong);
  const verdict = mayEnter(state, actor, state.participants.get(pid), nowMs);
  if (verdict.kind === 'refused') return refused(verdict.code);
  const seat = seatOf(state, command, { pid, systemRoles, untilMs: nowMs + seatMs });
  if (verdict.kind === 'admit') return events({ kind: 'seat-taken', seat });
  const pending: PendingState = {
    ...seat,
    expiresAtMs: nowMs + pendingMs,
    sinceMs: nowMs,
    admitted: false,
    callUri: '',
    nickname: '',
    nickKey: '',
  };
  return events({ kind: 'pending-added', pending });
}

export function actorOf({ seat, systemRoles }: Pick<Admit, 'seat' | 'systemRoles'>): Actor {
  return { userId: seat.userId, uris: seat.aors, systemRoles, authenticated: !seat.unauthenticated };
}

/** A moderator has let it in meanwhile; only the room's size still counts. */
function admitDecided(
  state: RoomState,
  { seat: asked, seatMs }: Admit,
  chatId: Seat['chatId'],
  { nowMs }: DecideContext,
): Decision {
  const pending = state.pending.get(chatId);
  if (pending?.userKey !== asked.userKey) return refused('declined');
  if (!pending.admitted) return events();
  if (isFull(state)) return refused('full');
  const { callUri: _callUri, nickname: _nickname, nickKey: _nickKey, sinceMs: _since, ...kept } = pending;
  const { admitted: _admitted, ...seat } = kept;
  const granted = grantedOnEntry(state, seat.roles);
  const { capabilities, contact, dialog } = asked;
  // The user may have come in meanwhile by another session: it is one participant.
  const pid = state.desk.remembered.get(asked.userKey) ?? seat.pid;
  return events(
    { kind: 'pending-gone', chatId },
    { kind: 'seat-taken', seat: { ...seat, pid, granted, capabilities, contact, dialog, expiresAtMs: nowMs + seatMs } },
  );
}

/** A focus takes a call of ours: whom it reaches was decided when it was asked for. */
function admitCalled(state: RoomState, command: Admit, { nowMs }: DecideContext): Decision {
  const call = state.calls.get(command.seat.callId);
  if (call?.state !== 'wanted') return refused('no-such-call');
  if (isFull(state)) return refused('full');
  const { userId } = call;
  const pid = state.desk.remembered.get(userId) ?? command.seat.pid;
  const called: Admit = { ...command, seat: { ...command.seat, userId, userKey: userId } };
  const seat = seatOf(state, called, { pid, systemRoles: [], untilMs: nowMs + command.seatMs });
  return events(
    { kind: 'call-taken', callId: call.callId },
    { kind: 'seat-taken', seat: { ...seat, joiningMethod: 'dialed-out' } },
  );
}

function seatOf(
  state: RoomState,
  { seat: asked }: Admit,
  { pid, systemRoles, untilMs }: { pid: Seat['pid']; systemRoles: readonly string[]; untilMs: number },
): Seat {
  const roles = entryRoles(state, { userId: asked.userId, systemRoles: administratorOnly(systemRoles) });
  const label = asked.label === '' ? messageLabel(state) : asked.label;
  const persona = personaOf(state.view, { ...asked, pid, roles });
  return { ...asked, ...persona, label, pid, granted: grantedOnEntry(state, roles), expiresAtMs: untilMs };
}

function administratorOnly(roles: readonly string[]): readonly string[] {
  return roles.filter((role) => role === systemAdministrator);
}

/** The medium a chat session carries where it names none. Req: XCON-022. */
function messageLabel({ view }: RoomState): string {
  return view.availableMedia.find(({ type }) => type === 'message')?.label ?? '';
}

function isFull(state: RoomState): boolean {
  const maximum = state.policy.maximumUserCount;
  return maximum > 0 && occupancy(state) >= maximum;
}
