import type { ConferenceUri } from '@plenary/wire';
import { normalizeXconUri, type XconUri } from '@plenary/xcon';
import type { Actor } from '../actor.js';
import { refused, type DecideContext, type Decision } from '../decision.js';
import { may } from '../rights.js';
import { sidebarsEnd } from '../sidebars-end.js';
import type { RoomState } from '../state.js';
import { noAnswer } from './answer.js';
import type { DeleteConference } from './command.js';

/**
 * confRequest/delete: everybody is out, sidebars go along unless one is in use. With an alternate venue the URIs keep leading here, so
 * that who comes is shown the way. Spec: RFC 6503 §5.3.4. Req: CCMP-051, CCMP-071, CONF-022, VENUE-001, Q10.
 */
export function deleteConference(
  state: RoomState,
  actor: Actor,
  { successorUri, systemAllows }: DeleteConference,
  { nowMs }: DecideContext,
): Decision {
  if (state.kind === 'blueprint' && !may(state, actor, 'administer')) return refused('operation-invalid');
  if (!systemAllows || !may(state, actor, 'delete')) return refused('not-permitted');
  const { venue } = state.view;
  const uri = venue === undefined ? undefined : normalizeXconUri(venue.uri);
  const successor: XconUri | '' = uri?.ok === true ? uri.value : '';
  return {
    kind: 'events',
    events: [
      {
        kind: 'room-closed',
        reason: venue?.reason ?? '',
        atMs: nowMs,
        successor,
        successorUri: successor === '' ? '' : (successorUri as ConferenceUri | ''),
        urisFree: successor === '',
      },
    ],
    consequences: sidebarsEnd(state, { onlyUnused: true }),
    answer: noAnswer,
  };
}
