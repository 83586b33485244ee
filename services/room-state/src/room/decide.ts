import type { RoomCommand } from './command.js';
import { logged } from './conference/edit.js';
import { perform, performSidebar, sidebarChanged } from './conference/perform.js';
import { documentEvents } from './conference/reconcile.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import { admit } from './admit.js';
import { repeatCall, reportCall } from './calls.js';
import { claimNickname } from './claim-nickname.js';
import { checkTime } from './check-time.js';
import { join, leave, updateCapabilities } from './sessions.js';
import { hasTimeLeft } from './schedule.js';
import { sidebarsEnd } from './sidebars-end.js';
import type { RoomState } from './state.js';
import { withTimeEffects } from './time-effects.js';

/**
 * The rules of a room: command → events or refusal. Pure; the caller has the room to itself (row lock) and applies the
 * events. Repeating a command that has had its effect gives no events.
 *
 * Spec: RFC 7701 §4.1, §7; RFC 4353 §5; RFC 6503 §5.3. Req: ROOM-001, ROOM-015, ROOM-019, NICK-002..NICK-012, POL-001.
 */
export function decide(state: RoomState, command: RoomCommand, context: DecideContext): Decision {
  if (state.closed) return onClosed(command);
  return withTimeEffects(state, decideOpen(state, command, context), context);
}

function decideOpen(state: RoomState, command: RoomCommand, context: DecideContext): Decision {
  switch (command.kind) {
    case 'admit':
      return admit(state, command, context);
    case 'join':
      return join(state, command.chatId, command.edgeId, context);
    case 'leave':
      return leave(state, command.chatId, command.cause, context);
    case 'claim-nickname':
      return claimNickname(state, command.chatId, command.asked, context);
    case 'update-capabilities':
      return updateCapabilities(state, command);
    case 'report-call':
      return reportCall(state, command, context);
    case 'repeat-call':
      return repeatCall(state, command, context);
    case 'set-logging': {
      if (state.view.logging.active === command.on) return events();
      const document = logged(state.document, command.on, command.since, '');
      return events(...documentEvents(state, document, ['/conference-state/logging'], { ...context, dialOut: [] }));
    }
    case 'check-time':
      return checkTime(state, command, context);
    case 'start-epoch':
      return command.epoch <= state.epoch
        ? events()
        : events({ kind: 'epoch-started', epoch: command.epoch, tag: command.tag });
    case 'close':
      if (command.onlyUnused && isUsed(state, context.nowMs)) return refused('children-in-use', 'a sidebar is in use');
      return close(state, command, context);
    case 'perform':
      return perform(state, command, context);
    case 'perform-sidebar':
      return performSidebar(state, command);
    case 'sidebar-changed':
      return sidebarChanged(state, command);
    default:
      return command satisfies never;
  }
}

function onClosed(command: RoomCommand): Decision {
  switch (command.kind) {
    case 'leave':
    case 'check-time':
    case 'repeat-call':
    case 'close':
    case 'sidebar-changed':
      return events();
    case 'perform':
    case 'perform-sidebar':
      return refused('no-such-object');
    default:
      return refused('closed');
  }
}

/** A sidebar ends with its main conference. Req: SIDE-007, Q10. */
function close(
  state: RoomState,
  { reason, urisFree, onlyUnused }: Extract<RoomCommand, { kind: 'close' }>,
  { nowMs }: DecideContext,
): Decision {
  return {
    kind: 'events',
    events: [{ kind: 'room-closed', reason, atMs: nowMs, successor: '', successorUri: '', urisFree }],
    consequences: sidebarsEnd(state, { reason, onlyUnused }),
    answer: undefined,
  };
}

/** Somebody is connected, or it takes place at this time or a later one. Req: Q10. */
function isUsed({ participants, view }: RoomState, nowMs: number): boolean {
  return participants.size > 0 || hasTimeLeft(view, nowMs);
}
