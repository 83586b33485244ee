import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from '@plenary/dev';
import { newBusKeys, usersConfig } from '@plenary/nats';
import { describe, expect, it } from 'vitest';
import { natsServerPath } from '../../integration/setup/nats-server.js';
import { ofKind, readRendered, type Overlay } from '../k8s/objects.js';
import { workloads } from '../k8s/workloads.js';

/** The configuration files of the pod, as its ConfigMap has them. */
function filesOf(overlay: Overlay): Readonly<Record<string, string>> {
  return ofKind(readRendered(overlay), 'ConfigMap').find(({ data }) => data?.['nats.conf'] !== undefined)?.data ?? {};
}

/** Asks nats-server whether it takes the configuration; what its version is too old for is left out by name. */
async function judge(overlay: Overlay, change: (text: string) => string = (text) => text): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-bus-'));
  try {
    const version = execFileSync(natsServerPath(), ['--version'], { encoding: 'utf8', timeout: 30_000 });
    const old = /v2\.[0-9]\./.test(version);
    const authority = await makeAuthority('inside');
    const { certificate, key } = await authority.issue({ dns: ['nats'] });
    writeFileSync(join(folder, 'tls.crt'), certificate);
    writeFileSync(join(folder, 'tls.key'), key, { mode: 0o600 });
    writeFileSync(join(folder, 'ca.crt'), authority.certificate);
    writeFileSync(join(folder, 'users.conf'), usersConfig(newBusKeys()));
    mkdirSync(join(folder, 'data'));
    for (const [name, text] of Object.entries(filesOf(overlay))) {
      const here = change(text)
        .replaceAll('/run/plenary/internal', folder)
        // An include is sought beside the file that has it, also where its path begins with a slash.
        .replaceAll('/etc/nats-users/', '')
        .replaceAll('"/data"', JSON.stringify(join(folder, 'data')))
        .replace(/^.*sync_interval.*\n/m, (line) => (old ? '' : line));
      writeFileSync(join(folder, name), here);
    }
    const args = workloads(readRendered(overlay)).find(({ name }) => name === 'nats')?.pod.containers[0]?.args ?? [];
    const file = join(folder, args[1]?.replace('/etc/nats/', '') ?? '');
    const { stderr, stdout } = spawnSync(natsServerPath(), ['--config', file, '-t'], {
      encoding: 'utf8',
      env: { ...process.env, POD_NAME: 'nats-0' },
      timeout: 30_000,
    });
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the configuration of the bus in the cluster', () => {
  it.each(['dev', 'prod'] as const)('is one that nats-server takes: %s', async (overlay) => {
    expect(await judge(overlay)).toContain('is valid');
  });

  it('would be refused with a word it does not know, or with a key that is not there', async () => {
    expect(await judge('prod', (text) => text.replace('max_payload', 'max_paylood'))).not.toContain('is valid');
    expect(await judge('prod', (text) => text.replace('tls.key', 'gone.key'))).not.toContain('is valid');
  });

  it('has room for every log, at full size', () => {
    const set = readRendered('prod');
    const shared = ofKind(set, 'ConfigMap').find(({ data }) => data?.['ROOM_STATE_SHARDS'] !== undefined)?.data ?? {};
    const logs = Number(shared['ROOM_STATE_SHARDS']) * Number.parseInt(shared['NATS_STREAM_MAX_BYTES'] ?? '') * 2 ** 30;
    const room = Number(/max_file_store: ([0-9]+)Gb/.exec(filesOf('prod')['nats.conf'] ?? '')?.[1]) * 1e9;
    const claims = JSON.stringify(ofKind(set, 'StatefulSet').find(({ metadata }) => metadata.name === 'nats')?.spec);
    const disk = Number(/"storage":"([0-9]+)Gi"/.exec(claims)?.[1]) * 2 ** 30;
    expect(shared['NATS_STREAM_MAX_BYTES']).toMatch(/^[0-9]+GiB$/);
    expect(logs).toBeLessThan(room);
    expect(room).toBeLessThan(disk);
  });
});
