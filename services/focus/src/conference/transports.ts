import type { RoomPolicy } from '@plenary/proto/chat';
import type { EdgeEntry } from '@plenary/proto/edge';
import type { Edges } from '../edges/interface.js';
import type { MediaTransports } from './offer-answer.js';

/** Does that edge take a session of this transport? */
export function takes(edge: Pick<EdgeEntry, 'tls' | 'tlsOnly'>, secure: boolean): boolean {
  return secure ? edge.tls : !edge.tlsOnly;
}

/**
 * Transports some edge takes. Where no edge is known, all are said to be: that is a session which cannot be now (503), not an offer
 * which never can (488).
 */
export function transportsOf(edges: Pick<Edges, 'list'>): MediaTransports {
  const taking = edges.list().filter(({ draining }) => !draining);
  if (taking.length === 0) return { tcp: true, tls: true };
  return { tcp: taking.some((edge) => takes(edge, false)), tls: taking.some((edge) => takes(edge, true)) };
}

/** Is an offer of ours to be one over TLS? Where the room takes nothing else, or no edge does; and to who is signalled to by `sips:`, if that is possible. */
export function offersTls(
  edges: Pick<Edges, 'list'>,
  policy: Pick<RoomPolicy, 'requireTls'> | undefined,
  isSipsDialog: boolean,
): boolean {
  const { tcp, tls } = transportsOf(edges);
  return policy?.requireTls === true || !tcp || (isSipsDialog && tls);
}
