import { StateEvent, type StateChange } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { learnLogging, wasLogged, type LoggingTurn } from './logging.js';
import { Timeline } from './timeline.js';

type Change = NonNullable<StateChange['change']>;
const event = (...changes: Change[]): StateEvent =>
  StateEvent.fromPartial({ changes: changes.map((change) => ({ change })) });
const switched = (on: boolean): Change => ({ $case: 'loggingChanged', value: { on } });
const policy = (logged: boolean): Change => ({ $case: 'policyChanged', value: { policy: { logged } as never } });

describe('was the room logged', () => {
  it('HIST-010 by what was last said of it; before the first word, as now', () => {
    const logging = new Timeline<LoggingTurn>();
    expect([wasLogged(logging, 5, true), wasLogged(logging, 5, false)]).toEqual([true, false]);
    learnLogging(logging, event(switched(false)), 10);
    learnLogging(logging, event(switched(true)), 20);
    expect([15, 25].map((seq) => wasLogged(logging, seq, true))).toEqual([false, true]);
  });

  it('HIST-010 before a switch it was otherwise; before another change of policy the same', () => {
    const logging = new Timeline<LoggingTurn>();
    learnLogging(logging, event(policy(true), switched(true)), 10);
    expect(wasLogged(logging, 5, true)).toBe(false);
    const other = new Timeline<LoggingTurn>();
    learnLogging(other, event(policy(true)), 10);
    learnLogging(other, event({ $case: 'conferenceChanged', value: {} }), 12);
    expect(wasLogged(other, 5, false)).toBe(true);
  });

  it('HIST-010 of several words of one event the last holds', () => {
    const logging = new Timeline<LoggingTurn>();
    learnLogging(logging, event(switched(true), policy(false)), 10);
    learnLogging(logging, event(policy(false), policy(true)), 20);
    expect([5, 15, 25].map((seq) => wasLogged(logging, seq, true))).toEqual([false, false, true]);
  });
});
