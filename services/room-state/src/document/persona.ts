import { Direction } from '@plenary/proto/chat';
import { parseIdentity } from '@plenary/wire';
import { formatXconUserId } from '@plenary/xcon';
import type { ParticipantState, Persona } from '../room/state.js';
import { isSelf, type DocumentViewer } from './viewer.js';

/**
 * How much of a participant a viewer sees: `nothing` of one who hides from all others, an `alias` of one whose identity is kept
 * from this viewer, or who it is.
 *
 * Spec: RFC 6501 §4.6.5.1.   Req: POL-020, SEC-009.
 */
export type Sight = 'nothing' | 'alias' | 'identity';

export function sightOf(persona: Pick<Persona, 'userId' | 'anonymity'>, viewer: DocumentViewer): Sight {
  if (isSelf(viewer, persona.userId)) return 'identity';
  switch (persona.anonymity) {
    case 'none':
      return 'identity';
    case 'hidden':
      return 'nothing';
    case 'private':
      return 'alias';
    case 'semi-private':
      return viewer.privileged ? 'identity' : 'alias';
    default:
      return persona.anonymity satisfies never;
  }
}

/**
 * 'entity' of a `<user>` whose identity is kept back: an XCON-USERID that only this conference knows, made of the anonymous URI
 * the participant is shown by, so that distinct anonymous users stay distinguishable. It names the participant in requests, too.
 */
export function aliasOf(participant: Pick<Persona, 'entity' | 'anonymity'> & { readonly pid: string }): string {
  const shown = participant.anonymity === 'none' ? undefined : parseIdentity(participant.entity);
  const token = /^anonymous[a-z0-9\-._~]{1,64}$/.exec(shown?.user ?? '')?.[0] ?? `anonymous-${participant.pid}`;
  return formatXconUserId({ userId: token, host: 'anonymous.invalid' });
}

/** The participant an 'entity' of a `<user>` names, by its XCON-USERID or its alias; compared in lower case. */
export function participantByEntity(
  participants: Iterable<ParticipantState>,
  entity: string,
): ParticipantState | undefined {
  const wanted = entity.toLowerCase();
  let byAlias: ParticipantState | undefined;
  for (const participant of participants) {
    if (participant.userId === wanted) return participant;
    if (participant.anonymity !== 'none' && aliasOf(participant) === wanted) byAlias ??= participant;
  }
  return byAlias;
}

const sends = new Set([Direction.UNSPECIFIED, Direction.SENDRECV, Direction.SENDONLY]);
const receives = new Set([Direction.UNSPECIFIED, Direction.SENDRECV, Direction.RECVONLY]);

/**
 * Status of a media stream as the participant sees it: what each of the directions leaves. Unspecified is everything.
 * Spec: RFC 4575 §5.8.5. Req: EVT-018, FLOOR-004.
 */
export function mediaStatus(...directions: readonly Direction[]): 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' {
  const send = directions.every((direction) => sends.has(direction));
  const receive = directions.every((direction) => receives.has(direction));
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
