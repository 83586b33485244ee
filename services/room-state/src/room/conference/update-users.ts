import { xmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { standingOf, type Actor } from '../actor.js';
import { refused, type Decision, type PerformContext } from '../decision.js';
import { may } from '../rights.js';
import type { RoomState } from '../state.js';
import type { UpdateUsers } from './command.js';
import { codeOf, updateConference } from './update-conference.js';

/**
 * usersRequest/update: lists, join handling, admission policy, and entries of users. Who is in the conference and may not is told 426,
 * who is not gets 401. Spec: RFC 6503 §5.3.5. Req: CCMP-052, CCMP-072.
 */
export function updateUsers(state: RoomState, actor: Actor, task: UpdateUsers, context: PerformContext): Decision {
  if (!may(state, actor, 'manage')) {
    const standing = standingOf(state, actor);
    return refused(standing === 'participant' || standing === 'observer' ? 'protected' : 'not-permitted');
  }
  if (!task.change.ok) return refused(codeOf(task.change.error.code), task.change.error.message);
  const change = xmlElement(namespaces.info, 'conference-info', { entity: state.xconUri }, [task.change.value]);
  return updateConference(
    state,
    actor,
    {
      kind: 'update-conference',
      change: {
        ok: true,
        value: change,
      },
      version: undefined,
      passwordHash: undefined,
      venueFault: false,
      fresh: task.fresh,
    },
    context,
  );
}
