import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  defineSettings,
  durationMs,
  flag,
  formatFaults,
  host,
  int,
  list,
  oneOf,
  port,
  readSettings,
  secret,
  setting,
  settingsTable,
  url,
} from './index.js';

const definitions = defineSettings({
  FOCUS_SIP_PORT: setting(port().default(5060), 'UDP and TCP port of SIP'),
  FOCUS_TIMER_MS: setting(durationMs().default(500), 'Timer T1'),
  FOCUS_BODY_BYTES: setting(bytes().default(65_536), 'Largest body'),
  FOCUS_ROUTES: setting(list().optional(), 'Next hops'),
  FOCUS_KEY: setting(secret({ minLength: 8 }), 'Key of the nonces'),
  PLENARY_DEMO: setting(flag().default(false), 'Demo | mode'),
  PLENARY_HOST: setting(host().default('127.0.0.1'), 'Address to bind'),
  DATABASE_URL: setting(url('postgres', 'postgresql'), 'PostgreSQL'),
});
const good = { FOCUS_KEY: 'long enough', DATABASE_URL: 'postgres://u:pw@h:5432/db' };

describe('readSettings', () => {
  it('reads every type, with its unit', () => {
    const read = readSettings(definitions, {
      ...good,
      FOCUS_SIP_PORT: '5070',
      FOCUS_TIMER_MS: '1.5s',
      FOCUS_BODY_BYTES: '64KiB',
      FOCUS_ROUTES: 'a, b,,c',
      PLENARY_DEMO: 'yes',
      PLENARY_HOST: '::1',
    });
    expect(read.ok && { ...read.value }).toEqual({
      FOCUS_SIP_PORT: 5070,
      FOCUS_TIMER_MS: 1500,
      FOCUS_BODY_BYTES: 65_536,
      FOCUS_ROUTES: ['a', 'b', 'c'],
      FOCUS_KEY: 'long enough',
      PLENARY_DEMO: true,
      PLENARY_HOST: '::1',
      DATABASE_URL: 'postgres://u:pw@h:5432/db',
    });
  });

  it('takes defaults, also for an empty text', () => {
    const read = readSettings(definitions, { ...good, FOCUS_SIP_PORT: '' });
    expect(read.ok && read.value.FOCUS_SIP_PORT).toBe(5060);
    expect(read.ok && read.value.FOCUS_ROUTES).toBeUndefined();
  });

  it('reports all faults at once, each with its name and cure, and never the value of a secret', () => {
    const read = readSettings(definitions, {
      FOCUS_SIP_PORT: '70000',
      FOCUS_TIMER_MS: 'soon',
      FOCUS_KEY: 'short',
      FOCUS_SPI_PORT: '1',
    });
    expect(read.ok).toBe(false);
    const printed = read.ok ? '' : formatFaults(read.error);
    expect(printed).toBe(
      [
        '5 settings are wrong:',
        '  FOCUS_SIP_PORT is wrong: "70000" is not a port. Give a number from 0 to 65535; 0 takes any free port.',
        '  FOCUS_TIMER_MS is wrong: "soon" is not a duration. Give a number with a unit, such as 250ms, 30s, 5m, 2h or 7d; without one it is milliseconds.',
        '  FOCUS_KEY is wrong: its value is not a secret. Give at least 8 characters, or a file in NAME_FILE.',
        '  DATABASE_URL is missing (a URL). Give a URL that begins with postgres:// or postgresql://.',
        '  FOCUS_SPI_PORT is not a setting. Write FOCUS_SIP_PORT, or remove it.',
      ].join('\n'),
    );
    expect(printed).not.toContain('short.');
  });

  it('lets variables be that an orchestrator sets, and names of other services', () => {
    const env = { ...good, FOCUS_PORT_7000_TCP: 'tcp://10.0.0.1:7000', FOCUS_SERVICE_HOST: 'x', PLENARY_DEMOS: '1' };
    expect(readSettings(definitions, env, { knownElsewhere: ['PLENARY_DEMOS'] }).ok).toBe(true);
    expect(readSettings(definitions, env).ok).toBe(false);
  });

  it('reads a secret from its file, and refuses both forms together', () => {
    const readFile = (path: string): string => {
      if (path === '/run/key') return 'from the file\n';
      throw new Error('ENOENT');
    };
    const base = { DATABASE_URL: good.DATABASE_URL };
    const read = readSettings(definitions, { ...base, FOCUS_KEY_FILE: '/run/key' }, { readFile });
    expect(read.ok && read.value.FOCUS_KEY).toBe('from the file');
    const codesOf = (env: Record<string, string>, options = {}): string[] => {
      const result = readSettings(definitions, { ...base, ...env }, options);
      return result.ok ? [] : result.error.map((fault) => `${fault.code} ${fault.name}`);
    };
    expect(codesOf({ FOCUS_KEY_FILE: '/run/key', FOCUS_KEY: 'long enough' }, { readFile })).toEqual([
      'given-twice FOCUS_KEY_FILE',
    ]);
    expect(codesOf({ FOCUS_KEY_FILE: '/nowhere' }, { readFile })).toEqual(['unreadable-file FOCUS_KEY_FILE']);
    expect(codesOf({ FOCUS_KEY_FILE: '/run/key' })).toEqual(['unreadable-file FOCUS_KEY_FILE']);
  });

  it('prints itself with secrets as *** and is frozen', () => {
    const read = readSettings(definitions, good);
    if (!read.ok) throw new Error('expected settings');
    for (const printed of [JSON.stringify(read.value), inspect(read.value)]) {
      expect(printed).toContain('***');
      expect(printed).not.toContain('long enough');
      expect(printed).not.toContain(':pw@');
      expect(printed).toContain('5060');
    }
    expect(Object.isFrozen(read.value)).toBe(true);
  });

  it('refuses numbers out of range, hosts with ports and words not on the list', () => {
    const odd = defineSettings({
      A_COUNT: setting(int({ min: 1, max: 9 }), 'x'),
      A_HOST: setting(host(), 'x'),
      A_LEVEL: setting(oneOf(['info', 'debug']), 'x'),
    });
    const read = readSettings(odd, { A_COUNT: '10', A_HOST: 'example.com:80', A_LEVEL: 'loud' });
    expect(read.ok ? [] : read.error.map((fault) => fault.name)).toEqual(['A_COUNT', 'A_HOST', 'A_LEVEL']);
    expect(readSettings(odd, { A_COUNT: '9', A_HOST: 'example.com', A_LEVEL: 'debug' }).ok).toBe(true);
  });
});

describe('settingsTable', () => {
  it('lists name, type, default and meaning', () => {
    expect(settingsTable(definitions).split('\n')).toEqual([
      '| setting | type | default | meaning |',
      '| --- | --- | --- | --- |',
      '| `FOCUS_SIP_PORT` | port | `5060` | UDP and TCP port of SIP |',
      '| `FOCUS_TIMER_MS` | duration | `500` | Timer T1 |',
      '| `FOCUS_BODY_BYTES` | size | `65536` | Largest body |',
      '| `FOCUS_ROUTES` | list | none | Next hops |',
      '| `FOCUS_KEY` | secret | required | Key of the nonces |',
      '| `PLENARY_DEMO` | flag | `false` | Demo \\| mode |',
      '| `PLENARY_HOST` | host | `127.0.0.1` | Address to bind |',
      '| `DATABASE_URL` | URL | required | PostgreSQL |',
    ]);
  });
});
