import { FakeClock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { FailureLimit } from './failure-limit.js';

describe('the limit of wrong credentials', () => {
  it('AUTH-007 shuts out a name at an address, not other names there, and not that name elsewhere', () => {
    const limit = new FailureLimit(new FakeClock(), 2);
    limit.note('192.0.2.1', 'alice');
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(false);
    limit.note('192.0.2.1', 'alice');
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(true);
    expect(limit.exceeded('192.0.2.1', 'bob')).toBe(false);
    expect(limit.exceeded('192.0.2.1', undefined)).toBe(false);
    expect(limit.exceeded('192.0.2.2', 'alice')).toBe(false);
  });

  it('AUTH-007 shuts out an address that tries many names', () => {
    const limit = new FailureLimit(new FakeClock(), 2);
    for (let name = 0; name < 20; name++) limit.note('192.0.2.1', `user${String(name)}`);
    expect(limit.exceeded('192.0.2.1', 'somebody-else')).toBe(true);
    expect(limit.exceeded('192.0.2.1', undefined)).toBe(true);
  });

  it('AUTH-007 forgets after a minute', () => {
    const clock = new FakeClock();
    const limit = new FailureLimit(clock, 1);
    limit.note('192.0.2.1', 'alice');
    clock.advance(59_999);
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(true);
    clock.advance(1);
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(false);
    limit.note('192.0.2.1', 'alice');
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(true);
  });

  it('AUTH-007 remembers so many at most, and of long names their beginning', () => {
    const limit = new FailureLimit(new FakeClock(), 1, 4);
    limit.note('192.0.2.1', 'alice');
    limit.note('192.0.2.2', 'bob');
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(true);
    limit.note('192.0.2.3', 'carol');
    expect(limit.exceeded('192.0.2.1', 'alice')).toBe(false);
    limit.note('192.0.2.3', `${'x'.repeat(64)}1`);
    expect(limit.exceeded('192.0.2.3', `${'x'.repeat(64)}2`)).toBe(true);
  });
});
