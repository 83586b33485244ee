import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startHealthServer, StartError, type HealthServer, type LifecycleState } from './index.js';

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Situation {
  state: LifecycleState;
  dependencies: boolean;
  drain: () => Promise<void>;
}

async function start(situation: Situation): Promise<(path: string, method?: string) => Promise<string>> {
  server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    lifecycle: situation,
    ready: () => Promise.resolve(situation.dependencies),
    scrape: () => Promise.resolve('chat_build_info 1\n'),
    onDrain: () => situation.drain(),
  });
  const base = `http://127.0.0.1:${String(server.port)}`;
  return async (path, method = 'GET') => {
    const response = await fetch(`${base}${path}`, { method });
    return `${String(response.status)} ${(await response.text()).trim()}`;
  };
}

const situation = (state: LifecycleState): Situation => ({
  state,
  dependencies: true,
  drain: () => Promise.resolve(),
});

describe('startHealthServer', () => {
  it('answers the probes by the state', async () => {
    const now = situation('starting');
    const get = await start(now);
    const all = (): Promise<string[]> => Promise.all(['/startupz', '/livez', '/readyz'].map((path) => get(path)));
    expect(await all()).toEqual(['503 starting', '200 starting', '503 starting']);
    now.state = 'ready';
    expect(await all()).toEqual(['200 ready', '200 ready', '200 ready']);
    now.state = 'draining';
    expect(await all()).toEqual(['200 draining', '200 draining', '503 draining']);
    now.state = 'failed';
    expect(await all()).toEqual(['503 failed', '503 failed', '503 failed']);
  });

  it('is alive, but not ready, while a dependency does not answer', async () => {
    const get = await start({ ...situation('ready'), dependencies: false });
    expect(await get('/livez')).toBe('200 ready');
    expect(await get('/readyz')).toMatch(/^503 .*dependency/);
  });

  it('serves metrics, and nothing else', async () => {
    const get = await start(situation('ready'));
    expect(await get('/metrics')).toBe('200 chat_build_info 1');
    expect(await get('/')).toMatch(/^404/);
    expect(await get('/metrics', 'POST')).toMatch(/^405/);
  });

  it('starts the drain, and waits for its end only when asked to', async () => {
    let finish: () => void = () => undefined;
    const now = situation('ready');
    now.drain = () => new Promise((resolve) => (finish = resolve));
    const get = await start(now);
    expect(await get('/drain')).toBe('202 draining');
    const waiting = get('/drain?wait=1', 'POST');
    expect(await Promise.race([waiting, get('/livez')])).toBe('200 ready');
    finish();
    expect(await waiting).toBe('200 drained');
    now.drain = () => Promise.reject(new Error('not empty'));
    expect(await get('/drain')).toBe('202 draining');
    expect(await get('/drain?wait=1')).toBe('500 not empty');
  });

  it('names the setting of a port in use', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        resolve((taken.address() as { port: number }).port);
      });
    });
    const never = (): Promise<never> => Promise.reject(new Error('not called'));
    const options = { lifecycle: situation('ready'), ready: never, scrape: never, onDrain: never };
    const attempt = startHealthServer({ host: '127.0.0.1', port, setting: 'FOCUS_HEALTH_PORT', ...options });
    await expect(attempt).rejects.toThrow(StartError);
    await expect(attempt).rejects.toThrow(/port \d+ on 127.0.0.1 is in use \(setting FOCUS_HEALTH_PORT\)/);
    taken.close();
  });
});
