import { afterEach, describe, expect, it } from 'vitest';
import { createTelemetry, type Telemetry } from './telemetry.js';

const opened: Telemetry[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.shutdown();
});

function audited(level: 'info' | 'error'): { telemetry: Telemetry; lines: () => Record<string, unknown>[] } {
  const texts: string[] = [];
  const stream = { write: (line: string) => void texts.push(line) };
  const telemetry = createTelemetry({ service: 'ccmp', hashKey: 'key', level, stream });
  opened.push(telemetry);
  return { telemetry, lines: () => texts.map((text) => JSON.parse(text) as Record<string, unknown>) };
}

describe('the audit log', () => {
  it('is written whatever the level of the other lines is', () => {
    const { telemetry, lines } = audited('error');
    telemetry.logger('ccmp').info({}, 'not written');
    telemetry.audit('history.read', { actor_hash: 'ab', room_hash: 'cd', count: 3 });
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatchObject({
      log: 'audit',
      logger: 'audit',
      level: 'info',
      service: 'ccmp',
      action: 'history.read',
      outcome: 'done',
      actor_hash: 'ab',
      room_hash: 'cd',
      count: 3,
      msg: 'history.read done',
    });
  });

  it('tells of what was refused', () => {
    const { telemetry, lines } = audited('info');
    telemetry.audit('conference.deleted', { outcome: 'refused', code: 403 });
    expect(lines()[0]).toMatchObject({ action: 'conference.deleted', outcome: 'refused', code: 403 });
  });

  it('does not make other lines audit lines', () => {
    const { telemetry, lines } = audited('info');
    telemetry.logger('ccmp').info({ reason: 'x' }, 'something else');
    expect(lines()[0]).not.toHaveProperty('log');
  });
});
