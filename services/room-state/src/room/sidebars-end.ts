import type { Consequence } from './decision.js';
import type { RoomState } from './state.js';

/**
 * Sidebars never outlive their main conference: all of them are closed in its transaction, their URIs free for others. `onlyUnused`: one
 * that is in use refuses the whole. Req: SIDE-007, Q10.
 */
export function sidebarsEnd(
  { sidebars }: Pick<RoomState, 'sidebars'>,
  { reason = 'the main conference has ended', onlyUnused = false } = {},
): readonly Consequence[] {
  return [...sidebars.keys()].map((room) => ({
    kind: 'command',
    room,
    command: { kind: 'close', reason, urisFree: true, onlyUnused },
  }));
}
