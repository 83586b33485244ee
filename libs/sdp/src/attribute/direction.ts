import type { SdpLine } from '../session-description.js';

// RFC 8866 §6.7: four attributes without value, at media or session level; sendrecv when none stands

/** What the side that writes it does on the stream. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** The direction among the lines, the first if there are several; undefined when none stands. */
export function directionIn(lines: readonly SdpLine[]): Direction | undefined {
  for (const line of lines) {
    if (line.type !== 'a') continue;
    const word = line.value.trim();
    if (word === 'sendrecv' || word === 'sendonly' || word === 'recvonly' || word === 'inactive') return word;
  }
  return undefined;
}

/** The same stream seen from the other side (RFC 3264 §6.1). */
export function mirrored(direction: Direction): Direction {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

/** What both allow, both seen from the same side. */
export function narrowed(one: Direction, other: Direction): Direction {
  const sends = sendsIn(one) && sendsIn(other);
  const receives = receivesIn(one) && receivesIn(other);
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

function sendsIn(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}

function receivesIn(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}
