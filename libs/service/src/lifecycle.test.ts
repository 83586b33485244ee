import { describe, expect, it } from 'vitest';
import { Lifecycle, lifecycleTable, type LifecycleInput, type LifecycleState, type Service } from './index.js';

function fake(overrides: Partial<Service> = {}): { service: Service; calls: string[] } {
  const calls: string[] = [];
  const note = (call: string) => () => {
    calls.push(call);
    return Promise.resolve();
  };
  const service = {
    start: note('start'),
    drain: note('drain'),
    stop: note('stop'),
    ready: () => Promise.resolve(true),
  };
  return { service: { ...service, ...overrides }, calls };
}

describe('lifecycleTable', () => {
  it('has this outcome for every state and input', () => {
    const states = Object.keys(lifecycleTable) as LifecycleState[];
    const inputs: LifecycleInput[] = ['start', 'started', 'drain', 'stop', 'fail'];
    const printed = states.map(
      (state) => `${state}: ${inputs.map((input) => `${input} ${lifecycleTable[state][input] ?? '-'}`).join(', ')}`,
    );
    expect(printed).toMatchInlineSnapshot(`
      [
        "created: start starting, started -, drain -, stop stopped, fail failed",
        "starting: start -, started ready, drain draining, stop stopped, fail failed",
        "ready: start -, started -, drain draining, stop stopped, fail failed",
        "draining: start -, started -, drain draining, stop stopped, fail failed",
        "stopped: start -, started -, drain -, stop stopped, fail -",
        "failed: start -, started -, drain -, stop failed, fail failed",
      ]
    `);
  });
});

describe('Lifecycle', () => {
  it('walks start, drain and stop once each, however often they are asked for', async () => {
    const { service, calls } = fake();
    const seen: LifecycleState[] = [];
    const lifecycle = new Lifecycle(service, (state) => seen.push(state));
    await Promise.all([lifecycle.start(), lifecycle.start()]);
    expect(await lifecycle.ready()).toBe(true);
    await Promise.all([lifecycle.drain(10), lifecycle.drain(20)]);
    expect(await lifecycle.ready()).toBe(false);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(calls).toEqual(['start', 'drain', 'stop']);
    expect(seen).toEqual(['starting', 'ready', 'draining', 'stopped']);
  });

  it('fails when the start fails, and can still be stopped', async () => {
    const { service, calls } = fake({ start: () => Promise.reject(new Error('no port')) });
    const lifecycle = new Lifecycle(service);
    await expect(lifecycle.start()).rejects.toThrow('no port');
    expect(lifecycle.state).toBe('failed');
    await lifecycle.drain(10);
    await lifecycle.stop();
    expect(calls).toEqual(['stop']);
    expect(lifecycle.state).toBe('failed');
  });

  it('waits for a start under way before it drains, and does not become ready in between', async () => {
    let open: () => void = () => undefined;
    const { service, calls } = fake({ start: () => new Promise<void>((resolve) => (open = resolve)) });
    const lifecycle = new Lifecycle(service);
    const started = lifecycle.start();
    const drained = lifecycle.drain(10);
    expect(lifecycle.state).toBe('draining');
    expect(calls).toEqual([]);
    open();
    await started;
    await drained;
    expect(calls).toEqual(['drain']);
    expect(lifecycle.state).toBe('draining');
  });

  it('is not ready while a dependency does not answer', async () => {
    const { service } = fake({ ready: () => Promise.reject(new Error('away')) });
    const lifecycle = new Lifecycle(service);
    await lifecycle.start();
    expect(await lifecycle.ready()).toBe(false);
    expect(lifecycle.state).toBe('ready');
  });
});
