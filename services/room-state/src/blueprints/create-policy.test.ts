import { describe, expect, it } from 'vitest';
import { nobody, type Actor } from '../room/actor.js';
import { mayCreate, mayDelete, type SystemPolicy } from './create-policy.js';

const actor = (name: string, change: Partial<Actor> = {}): Actor => ({
  userId: `xcon-userid:${name}@example.com` as never,
  uris: [`sip:${name}@example.com`],
  systemRoles: [],
  authenticated: true,
  ...change,
});
const operator = actor('operator', { systemRoles: ['administrator'] });
const policies: readonly SystemPolicy[] = [
  { by: 'everybody', listed: [] },
  { by: 'listed', listed: ['sip:Alice@example.com', 'sip:alice@EXAMPLE.com;transport=tcp', '*@friends.example'] },
  { by: 'administrators', listed: ['sip:alice@example.com'] },
];

describe.each([
  ['creating', mayCreate],
  ['deleting', mayDelete],
] as const)('POL-002 %s', (_what, may) => {
  it('is left to everybody, to some, or to administrators', () => {
    expect(policies.map((policy) => may(policy, actor('bob')))).toEqual([true, false, false]);
    expect(policies.map((policy) => may(policy, actor('alice')))).toEqual([true, true, false]);
    expect(policies.map((policy) => may(policy, actor('x', { uris: ['sip:x@friends.example'] })))).toEqual([
      true,
      true,
      false,
    ]);
    expect(policies.map((policy) => may(policy, operator))).toEqual([true, true, true]);
  });

  it('SEC-005 is nobody’s who has proven nothing', () => {
    expect(policies.map((policy) => may(policy, actor('alice', { authenticated: false })))).toEqual([
      false,
      false,
      false,
    ]);
    expect(policies.map((policy) => may(policy, nobody))).toEqual([false, false, false]);
  });
});

it('CCMP-060 a blueprint may be the administrators’ alone', () => {
  const [everybody] = policies;
  if (everybody === undefined) throw new Error('no policy');
  expect(mayCreate(everybody, actor('alice'), { createBy: 'administrators' })).toBe(false);
  expect(mayCreate(everybody, actor('alice'), { createBy: 'users' })).toBe(true);
  expect(mayCreate(everybody, operator, { createBy: 'administrators' })).toBe(true);
});
