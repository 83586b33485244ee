import { nextTimeMs } from './schedule.js';
import type { RoomState } from './state.js';

/** How long after a check that found seats taken the next one comes. */
const lookAgainMs = 60_000;

/**
 * When the room has to be looked at although nobody asks anything of it: its times, or the end of an empty one. Undefined: never.
 * Req: CONF-012, CHAT-X-011.
 */
export function nextDueAtMs(
  state: Pick<RoomState, 'kind' | 'view' | 'closed' | 'emptySinceMs'> & Partial<Pick<RoomState, 'timeCheckedAtMs'>>,
  nowMs: number,
): number | undefined {
  if (state.closed || state.kind === 'blueprint') return undefined;
  const emptyMs = endsEmptyMs(state);
  const times = [nextTimeMs(state.view, nowMs), emptyMs === undefined ? undefined : Math.max(emptyMs, nowMs + 1)];
  const isChecked = emptyMs !== undefined && emptyMs <= (state.timeCheckedAtMs ?? -1);
  if (isChecked && emptyMs <= nowMs) times[1] = nowMs + lookAgainMs;
  const due = times.filter((time) => time !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}

/** When an empty room ends, if nobody comes; undefined: it does not. A conference with times that are still to come does not end. */
export function endsEmptyMs({ view, emptySinceMs }: Pick<RoomState, 'view' | 'emptySinceMs'>): number | undefined {
  if (emptySinceMs === undefined || view.policy.onEmpty !== 'delete' || view.times.length > 0) return undefined;
  return emptySinceMs + view.policy.emptyGraceMs;
}
