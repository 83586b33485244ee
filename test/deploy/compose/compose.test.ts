import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ccmpSettings } from '@plenary/ccmp';
import { formatFaults, readSettings, type SettingDefinitions } from '@plenary/config';
import { focusSettings } from '@plenary/focus';
import { historySettings } from '@plenary/history';
import { msrpEdgeSettings } from '@plenary/msrp-edge';
import { bootstrapSettings } from '@plenary/nats';
import { roomStateSettings } from '@plenary/room-state';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface ComposeService {
  readonly image?: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile: string;
    readonly args: { readonly SERVICE: string };
  };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly read_only?: boolean;
}

const file = fileURLToPath(new URL('../../../infra/dev/compose.yaml', import.meta.url));
const root = dirname(dirname(dirname(file)));
const { services } = parse(readFileSync(file, 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const entries = Object.entries(services);
const ours = entries.filter(([, { build }]) => build !== undefined);

const settingsOf: Record<string, SettingDefinitions> = {
  focus: focusSettings,
  'msrp-edge': msrpEdgeSettings,
  'room-state': roomStateSettings,
  history: historySettings,
  ccmp: ccmpSettings,
  nats: bootstrapSettings,
};

/** The workspace an image is made of, as the Dockerfile looks for it. */
const workspaceOf = (service: string): string =>
  ['services', 'infra'].map((folder) => resolve(root, folder, service)).find((path) => existsSync(path)) ?? '';

describe('the compose file', () => {
  it('has every service, and an image or a build for each', () => {
    expect(ours.map(([, { build }]) => build?.args.SERVICE ?? '').toSorted()).toEqual([
      'ccmp',
      'cli',
      'focus',
      'history',
      'msrp-edge',
      'msrp-edge',
      'nats',
      'room-state',
    ]);
    for (const [name, { build, image }] of entries)
      expect((build === undefined) !== (image === undefined), name).toBe(true);
  });

  it.each(entries)('%s: everything it mentions is there', (_name, service) => {
    if (service.build !== undefined) {
      const context = resolve(dirname(file), service.build.context);
      expect(context).toBe(root);
      expect(existsSync(resolve(context, service.build.dockerfile)), service.build.dockerfile).toBe(true);
      expect(workspaceOf(service.build.args.SERVICE), service.build.args.SERVICE).not.toBe('');
      expect(service.read_only).toBe(true);
    } else {
      // A tag that moves would make another system of the same file.
      expect(service.image).toMatch(/:(?!latest$)v?\d+/);
    }
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('.')) expect(existsSync(resolve(dirname(file), source)), source).toBe(true);
    }
    for (const port of service.ports ?? []) expect(port, 'published on loopback only').toMatch(/^127\.0\.0\.1:/);
    const needed = service.depends_on ?? [];
    for (const other of Array.isArray(needed) ? (needed as string[]) : Object.keys(needed))
      expect(services[other], other).toBeDefined();
  });

  it('names configuration files that are mounted', () => {
    for (const [name, { command, volumes }] of entries) {
      for (const word of command ?? []) {
        const path = /(\/etc\/[^ ]+\.(?:yaml|cfg))$/.exec(word)?.[1];
        if (path === undefined) continue;
        const mount = (volumes ?? [])
          .map((volume) => volume.split(':'))
          .find(([, target]) => path.startsWith(`${target}/`));
        const [source = '', target = ''] = mount ?? [];
        expect(existsSync(resolve(dirname(file), source, path.slice(target.length + 1))), `${name}: ${path}`).toBe(
          true,
        );
      }
    }
  });

  it.each(ours.filter(([, { build }]) => build?.args.SERVICE !== 'cli'))(
    '%s: its settings are ones it has, with values it takes, and none is missing',
    (_name, { build, environment = {} }) => {
      const definitions = settingsOf[build?.args.SERVICE ?? ''] ?? {};
      for (const name of Object.keys(environment)) expect(definitions, name).toHaveProperty(name);
      const read = readSettings(definitions, environment);
      expect(read.ok ? '' : formatFaults(read.error)).toBe('');
    },
  );

  it('asks other services where they listen', () => {
    for (const [name, { environment = {} }] of ours) {
      for (const [setting, value] of Object.entries(environment)) {
        const [, host = '', port = ''] = /^(?:[a-z]+:\/\/(?:[^@/]*@)?)?([a-z][a-z0-9-]*):(\d+)/.exec(value) ?? [];
        if (host === '') continue;
        const other = services[host];
        expect(other, `${name}: ${setting}=${value}`).toBeDefined();
        const listening = Object.entries(other?.environment ?? {}).filter(([key]) => /_(?:GRPC|HTTP)_PORT$/.test(key));
        if (listening.length > 0)
          expect(
            listening.map(([, text]) => text),
            `${name}: ${setting}`,
          ).toContain(port);
      }
    }
  });
});
