import { Direction } from '@plenary/proto/chat';

/** May this direction, as the participant sees it, send; may it receive? Unspecified: both (RFC 4975 section 8.9). */
export function sendsIn(direction: Direction): boolean {
  return direction !== Direction.RECVONLY && direction !== Direction.INACTIVE;
}

/** See `sendsIn`. */
export function receivesIn(direction: Direction): boolean {
  return direction !== Direction.SENDONLY && direction !== Direction.INACTIVE;
}

/**
 * The direction that holds where the session description says one thing and conference control another: what both let the participant
 * do. Unspecified stands for everything.
 *
 * Spec: RFC 4975 section 8.9, RFC 6501 section 4.6.5.6.   Req: POL-018, FLOOR-004, CHAT-033.
 */
export function narrowest(described: Direction, allowed: Direction): Direction {
  const sends = sendsIn(described) && sendsIn(allowed);
  const receives = receivesIn(described) && receivesIn(allowed);
  if (sends) return receives ? Direction.SENDRECV : Direction.SENDONLY;
  return receives ? Direction.RECVONLY : Direction.INACTIVE;
}
