import { EventEmitter } from 'node:events';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { err, ok } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { runService, StartError, type ProcessSurface, type Service, type ServiceParts } from './index.js';

class FakeProcess extends EventEmitter implements ProcessSurface {
  text = '';
  readonly stderr = { write: (text: string) => (this.text += text) };
}

function parts(service: Partial<Service>, drainDeadlineMs = 1_000): ServiceParts {
  const telemetry: Telemetry = createTelemetry({ service: 'x', hashKey: 'k', stream: { write: () => undefined } });
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    service: { start: nothing, drain: nothing, stop: nothing, ready: () => Promise.resolve(true), ...service },
    telemetry,
    health: { host: '127.0.0.1', port: 0 },
    drainDeadlineMs,
  };
}

describe('runService', () => {
  it('drains and stops on SIGTERM, and gives 0', async () => {
    const surface = new FakeProcess();
    const calls: string[] = [];
    const service: Partial<Service> = {
      start: () => {
        setImmediate(() => surface.emit('SIGTERM'));
        return Promise.resolve();
      },
      drain: (deadlineMs) => Promise.resolve(void calls.push(`drain ${String(deadlineMs)}`)),
      stop: () => Promise.resolve(void calls.push('stop')),
    };
    expect(await runService({ name: 'x', settings: ok({}), create: () => parts(service), process: surface })).toBe(0);
    expect(calls).toEqual(['drain 1000', 'stop']);
    expect(surface.text).toBe('');
    expect(surface.listenerCount('SIGTERM') + surface.listenerCount('SIGINT')).toBe(0);
  });

  it('tells faulty settings in one line each and gives 1', async () => {
    const surface = new FakeProcess();
    const fault = { code: 'missing', name: 'X_PORT', problem: 'is missing', cure: 'Give a port.' } as const;
    const run = runService({ name: 'x', settings: err([fault]), create: () => parts({}), process: surface });
    expect(await run).toBe(1);
    expect(surface.text).toBe('x cannot start: Setting X_PORT is missing. Give a port.\n');
  });

  it('tells a failed start in one line, stops what was opened, and gives 1', async () => {
    const surface = new FakeProcess();
    let stopped = 0;
    const service: Partial<Service> = {
      start: () => Promise.reject(new StartError('port 5060 on 127.0.0.1 is in use')),
      stop: () => Promise.resolve(void stopped++),
    };
    expect(await runService({ name: 'x', settings: ok({}), create: () => parts(service), process: surface })).toBe(1);
    expect(surface.text).toBe('x cannot start: port 5060 on 127.0.0.1 is in use\n');
    expect(stopped).toBe(1);
  });

  it('gives 1 when the context cannot be built', async () => {
    const surface = new FakeProcess();
    const create = (): never => {
      throw new StartError('PostgreSQL does not answer');
    };
    expect(await runService({ name: 'x', settings: ok({}), create, process: surface })).toBe(1);
    expect(surface.text).toBe('x cannot start: PostgreSQL does not answer\n');
  });

  it('stops at once on a second signal, and gives 2', async () => {
    const surface = new FakeProcess();
    let stopped = 0;
    const service: Partial<Service> = {
      start: () => {
        setImmediate(() => surface.emit('SIGINT'));
        return Promise.resolve();
      },
      drain: () => {
        setImmediate(() => surface.emit('SIGINT'));
        return new Promise(() => undefined);
      },
      stop: () => Promise.resolve(void stopped++),
    };
    const run = runService({ name: 'x', settings: ok({}), create: () => parts(service, 60_000), process: surface });
    expect(await run).toBe(2);
    expect(stopped).toBe(1);
  });

  it('gives 2 when draining does not come to its end by the deadline', async () => {
    const surface = new FakeProcess();
    const service: Partial<Service> = {
      start: () => {
        setImmediate(() => surface.emit('SIGTERM'));
        return Promise.resolve();
      },
      drain: () => new Promise(() => undefined),
    };
    const run = runService({ name: 'x', settings: ok({}), create: () => parts(service, 1), process: surface });
    expect(await run).toBe(2);
  });
});
