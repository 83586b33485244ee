import { describe, expect, it } from 'vitest';
import { FLOW_TABLE, type FlowInput, type FlowState } from './backpressure.table.js';

const inputs: readonly FlowInput[] = [
  'ready',
  'ready-to-replay',
  'replayed',
  'queue-high',
  'queue-low',
  'queue-full',
  'drained',
  'caught-up',
  'overdue',
  'unbound',
];

describe('flow of a session', () => {
  it('CHAT-025 CHAT-026 every state and input', () => {
    const lines: string[] = [];
    for (const state of Object.keys(FLOW_TABLE) as FlowState[])
      for (const input of inputs) {
        const next = FLOW_TABLE[state][input];
        lines.push(`${state} + ${input} -> ${next === undefined ? state : next.join(' ')}`);
      }
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "waiting + ready -> catching-up start-catch-up
      waiting + ready-to-replay -> replaying start-replay
      waiting + replayed -> waiting
      waiting + queue-high -> waiting
      waiting + queue-low -> waiting
      waiting + queue-full -> waiting
      waiting + drained -> waiting
      waiting + caught-up -> waiting
      waiting + overdue -> evicted evict
      waiting + unbound -> waiting
      replaying + ready -> replaying
      replaying + ready-to-replay -> replaying
      replaying + replayed -> catching-up start-catch-up
      replaying + queue-high -> replaying
      replaying + queue-low -> replaying
      replaying + queue-full -> replaying
      replaying + drained -> replaying start-replay
      replaying + caught-up -> replaying
      replaying + overdue -> evicted evict
      replaying + unbound -> waiting
      live + ready -> live
      live + ready-to-replay -> live
      live + replayed -> live
      live + queue-high -> congested
      live + queue-low -> live
      live + queue-full -> lagging leave-live drop-queue
      live + drained -> live
      live + caught-up -> live
      live + overdue -> evicted leave-live evict
      live + unbound -> waiting leave-live drop-queue
      congested + ready -> congested
      congested + ready-to-replay -> congested
      congested + replayed -> congested
      congested + queue-high -> congested
      congested + queue-low -> live
      congested + queue-full -> lagging leave-live drop-queue
      congested + drained -> congested
      congested + caught-up -> congested
      congested + overdue -> evicted leave-live evict
      congested + unbound -> waiting leave-live drop-queue
      lagging + ready -> lagging
      lagging + ready-to-replay -> lagging
      lagging + replayed -> lagging
      lagging + queue-high -> lagging
      lagging + queue-low -> lagging
      lagging + queue-full -> lagging
      lagging + drained -> catching-up start-catch-up
      lagging + caught-up -> lagging
      lagging + overdue -> evicted evict
      lagging + unbound -> waiting
      catching-up + ready -> catching-up
      catching-up + ready-to-replay -> catching-up
      catching-up + replayed -> catching-up
      catching-up + queue-high -> catching-up
      catching-up + queue-low -> catching-up
      catching-up + queue-full -> lagging drop-queue
      catching-up + drained -> catching-up start-catch-up
      catching-up + caught-up -> live join-live
      catching-up + overdue -> evicted evict
      catching-up + unbound -> waiting drop-queue
      evicted + ready -> evicted
      evicted + ready-to-replay -> evicted
      evicted + replayed -> evicted
      evicted + queue-high -> evicted
      evicted + queue-low -> evicted
      evicted + queue-full -> evicted
      evicted + drained -> evicted
      evicted + caught-up -> evicted
      evicted + overdue -> evicted
      evicted + unbound -> evicted"
    `);
  });

  it('CHAT-027 whoever is live or congested leaves the live ones before it lags, waits or is given up', () => {
    for (const state of ['live', 'congested'] as const)
      for (const next of Object.values(FLOW_TABLE[state]))
        if (next[0] !== 'live' && next[0] !== 'congested') expect(next).toContain('leave-live');
  });
});
