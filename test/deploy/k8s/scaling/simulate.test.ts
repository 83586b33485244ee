import { describe, expect, it } from 'vitest';
import type { ScaledObjectSpec } from '../checks/scaling.js';
import { named, readRendered } from '../objects.js';
import { simulate, type Answer, type Step } from './simulate.js';

const set = readRendered('prod');
function specOf(name: string): ScaledObjectSpec {
  const object = named(set, 'ScaledObject', name);
  if (object === undefined) throw new Error(`no ScaledObject ${name}`);
  return object.spec as ScaledObjectSpec;
}

/** Sessions of a pool over time; deliveries and octets follow them, as in a room where everybody hears everybody. */
function sessions(of: (seconds: number) => number): Answer {
  return (query, seconds) => {
    if (query.includes('chat_edge_sessions')) return of(seconds);
    if (query.includes('chat_edge_deliveries_total')) return of(seconds) * 0.8;
    if (query.includes('chat_edge_egress_bytes_total')) return of(seconds) * 1_000;
    return 0;
  };
}

/** Rises and falls by up to `part`, never the same in the next minutes: several waves whose periods have no common measure. */
const noise = (seconds: number, part: number): number =>
  1 + (part / 2) * (Math.sin(seconds / 97) + Math.sin(seconds / 331));

const directions = (steps: readonly Step[], start: number): number[] => {
  let before = start;
  return steps.map(({ replicas }) => {
    const sign = Math.sign(replicas - before);
    before = replicas;
    return sign;
  });
};

describe('scaling of a pool of edges', () => {
  const spec = specOf('msrp-edge-a');

  it('does not move under load that only trembles', () => {
    const steps = simulate(
      spec,
      sessions((seconds) => 40_000 * noise(seconds, 0.15)),
      { start: 5, hours: 12 },
    );
    // It may grow once to what the peaks ask for; it never goes back and forth.
    expect(steps.length).toBeLessThanOrEqual(2);
    expect(directions(steps, 5).every((sign) => sign > 0)).toBe(true);
  });

  it('doubles in a minute when a crowd comes, and carries it', () => {
    const load = (seconds: number): number => (seconds < 600 ? 20_000 : 300_000);
    const steps = simulate(spec, sessions(load), { start: 3, hours: 1 });
    const carried = steps.find(({ replicas }) => replicas * 8_000 * 1.1 >= 300_000);
    expect(carried?.seconds).toBeLessThanOrEqual(600 + 4 * 60 + 15);
    expect(Math.max(...steps.map(({ replicas }) => replicas))).toBeLessThanOrEqual(50);
  });

  it('keeps its edges through a pause of 25 minutes', () => {
    const load = (seconds: number): number => (seconds > 3_600 && seconds < 5_100 ? 10_000 : 80_000);
    const steps = simulate(spec, sessions(load), { start: 10, hours: 4 });
    expect(steps).toEqual([]);
  });

  it('gives them back one in five minutes, after half an hour of calm, and stops at the least', () => {
    const load = (seconds: number): number => (seconds < 600 ? 80_000 : 1_000);
    const steps = simulate(spec, sessions(load), { start: 10, hours: 4 });
    expect(steps[0]?.seconds).toBeGreaterThanOrEqual(600 + 1_800);
    expect(steps.map(({ replicas }) => replicas)).toEqual([9, 8, 7, 6, 5, 4, 3]);
    for (const [index, step] of steps.entries())
      if (index > 0) expect(step.seconds - (steps[index - 1]?.seconds ?? 0)).toBeGreaterThanOrEqual(300);
  });

  it('grows when more than half of it is slow, whatever the other numbers say', () => {
    const slow =
      (part: number): Answer =>
      (query, _seconds, replicas) =>
        query.includes('event_loop_delay') ? 2 * Math.round(replicas * part) : 1_000;
    const grown = simulate(spec, slow(0.75), { start: 4, hours: 0.1 });
    expect(grown.at(-1)?.replicas).toBeGreaterThan(4);
    expect(simulate(spec, slow(0.5), { start: 4, hours: 0.1 })).toEqual([]);
  });

  it('is at twice its least while Prometheus is away, not at nothing', () => {
    const away: Answer = (query, seconds) => (seconds > 600 ? undefined : sessions(() => 24_000)(query, seconds, 0));
    const steps = simulate(spec, away, { start: 3, hours: 1 });
    expect(steps.map(({ replicas }) => replicas)).toEqual([6]);
  });

  it('never goes beyond the edges that have a name', () => {
    const steps = simulate(
      spec,
      sessions(() => 10_000_000),
      { start: 3, hours: 1 },
    );
    expect(steps.at(-1)?.replicas).toBe(50);
  });

  it('would be seen to flap without its calm', () => {
    const nervous = structuredClone(spec) as {
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: object } } };
    };
    nervous.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown = {
      stabilizationWindowSeconds: 0,
      policies: [{ type: 'Pods', value: 100, periodSeconds: 15 }],
    };
    const load = sessions((seconds) => 60_000 * noise(seconds, 0.4));
    const flaps = directions(simulate(nervous as unknown as ScaledObjectSpec, load, { start: 8, hours: 6 }), 8);
    const calm = directions(simulate(spec, load, { start: 8, hours: 6 }), 8);
    const turns = (signs: readonly number[]): number =>
      signs.filter((sign, at) => at > 0 && sign !== signs[at - 1]).length;
    expect(turns(flaps)).toBeGreaterThan(10);
    expect(turns(calm)).toBeLessThanOrEqual(1);
  });
});

describe.each([
  ['focus', 'chat_sip_requests_total', 300],
  ['room-state', 'chat_rpc_server_requests_total', 800],
  ['history', 'chat_history_lag_messages', 20_000],
])('scaling of %s', (name, metric, each) => {
  it('has as many replicas as its load asks for, and gives them back slowly', () => {
    const spec = specOf(name);
    const load: Answer = (query, seconds) => {
      expect(query).toContain(metric);
      return seconds < 1_800 ? each * 7.5 : each * 0.5;
    };
    const steps = simulate(spec, load, { start: spec.minReplicaCount, hours: 2 });
    expect(Math.max(...steps.map(({ replicas }) => replicas))).toBe(8);
    expect(steps.at(-1)?.replicas).toBe(spec.minReplicaCount);
    expect(directions(steps, spec.minReplicaCount).join('')).toMatch(/^1+(?:-1)+$/);
  });
});
