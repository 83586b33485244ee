import type { StateEvent } from '@plenary/proto/chat';
import type { Timeline } from './timeline.js';

/** What an event says of logging; `isSwitch`: before it, it was otherwise. */
export interface LoggingTurn {
  readonly on: boolean;
  readonly isSwitch: boolean;
}

/** Takes what a state event with this sequence says of the room's logging: its last word, as history does. */
export function learnLogging(timeline: Timeline<LoggingTurn>, event: StateEvent, seq: number): void {
  let on: boolean | undefined;
  let switchedTo: boolean | undefined;
  for (const { change } of event.changes) {
    if (change?.$case === 'loggingChanged') on = switchedTo = change.value.on;
    else if (change?.$case === 'policyChanged' || change?.$case === 'roomCreated')
      on = change.value.policy?.logged ?? on;
  }
  if (on !== undefined) timeline.set(seq, { on, isSwitch: switchedTo === on });
}

/** Was the room logged at this place of its log? `now`: is it now. What is not logged is not kept (HIST-010). */
export function wasLogged(timeline: Timeline<LoggingTurn>, seq: number, now: boolean): boolean {
  const before = timeline.before(seq);
  if (before !== undefined) return before.on;
  const { first } = timeline;
  if (first === undefined) return now;
  return first.isSwitch ? !first.on : first.on;
}
