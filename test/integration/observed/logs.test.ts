import { readFileSync } from 'node:fs';
import { auditActions } from '@plenary/telemetry';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useSystem } from '../../conformance/raw/system.js';
import { everythingOnce, secrets } from './traffic.js';

const system = useSystem({ edges: 2, logLevel: 'debug' });
const schema: unknown = JSON.parse(
  readFileSync(new URL('../../../infra/docs/schemas/log-line.schema.json', import.meta.url), 'utf8'),
);
const isLine = new Ajv({ allErrors: true, allowUnionTypes: true, allowMatchingProperties: true }).compile(
  schema as object,
);

interface Line {
  readonly service: string;
  readonly msg: string;
  readonly log?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly room_hash?: string;
  readonly actor_hash?: string;
}
let lines: Line[] = [];

beforeAll(async () => {
  await system.account('zora', 'zora-password-4713', ['sip:zora@localhost']);
  await everythingOnce(system);
  await vi.waitFor(() => {
    lines = system.logged.map((line) => JSON.parse(line) as Line);
    expect(lines.some(({ action }) => action === 'conference.deleted')).toBe(true);
  });
}, 60_000);

describe('the lines of the log', () => {
  it('are JSON of one schema, from every service', () => {
    expect(system.logged.length).toBeGreaterThan(50);
    expect(new Set(lines.map(({ service }) => service))).toEqual(
      new Set(['focus', 'msrp-edge', 'room-state', 'history', 'ccmp']),
    );
    for (const [index, line] of lines.entries()) {
      const isGood = isLine(line);
      expect(isGood, `${system.logged[index] ?? ''}\n${JSON.stringify(isLine.errors)}`).toBe(true);
    }
  });

  it('name nobody and repeat nothing that was said', () => {
    const words = [...secrets.people, 'zora', secrets.nickname, secrets.body, secrets.privateBody, 'not-the-password'];
    for (const line of system.logged) {
      const text = line.toLowerCase();
      for (const word of words) expect(text, line).not.toContain(word.toLowerCase());
      expect(text, line).not.toMatch(/msrps?:\/\/|sips?:[^"\s]*@/);
    }
  });
});

describe('the audit log', () => {
  const audited = (): Line[] => lines.filter(({ log }) => log === 'audit');
  const of = (action: string): Line[] => audited().filter((line) => line.action === action);

  it('has a line for each act, and only known ones', () => {
    for (const { action } of audited()) expect(auditActions).toContain(action);
    expect(of('account.put')).toHaveLength(1);
    expect(of('conference.created')).toHaveLength(1);
    expect(of('history.read').map(({ outcome }) => outcome)).toEqual(['done']);
    expect(of('user.removed').map(({ outcome }) => outcome)).toEqual(['done']);
    expect(of('history.erased').map(({ outcome }) => outcome)).toEqual(['done']);
    expect(of('conference.deleted').map(({ outcome }) => outcome)).toEqual(['refused', 'done']);
  });

  it('says by whom and on which room, in hashes that agree over the services', () => {
    const [deleted] = of('conference.deleted').filter(({ outcome }) => outcome === 'done');
    const [read] = of('history.read');
    expect(deleted?.room_hash).toMatch(/^[0-9a-f]{16}$/);
    expect(read?.room_hash).toBe(deleted?.room_hash);
    expect(read?.actor_hash).toBe(deleted?.actor_hash);
  });
});
