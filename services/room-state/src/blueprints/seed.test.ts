import { expect, it } from 'vitest';
import type { ObjectPlan } from '../conference/object-maker.js';
import type { Creation } from '../store/interface.js';
import { seedObjects, type SeedMaker } from './seed.js';

/** Keeps what is made, once by its XCON-URI. */
class Kept implements SeedMaker {
  readonly plans = new Map<string, ObjectPlan>();

  async make(plan: ObjectPlan): Promise<Creation> {
    const room = plan.xconUri as never;
    if (this.plans.has(plan.xconUri)) return { kind: 'taken', room };
    this.plans.set(plan.xconUri, plan);
    return { kind: 'made', room, events: [] };
  }
}

it('CONF-001 CONF-002 the blueprints are there after the start, demo rooms in demo mode only', async () => {
  const maker = new Kept();
  await seedObjects(maker, { domain: 'example.com', demo: undefined });
  expect(
    [...maker.plans.values()].every(({ kind, conferenceUri }) => kind === 'blueprint' && conferenceUri === undefined),
  ).toBe(true);
  const blueprints = maker.plans.size;
  expect(maker.plans.has('xcon:default@example.com')).toBe(true);
  await seedObjects(maker, { domain: 'example.com', demo: { councilMembers: ['alice'], nowMs: 0 } });
  expect(maker.plans.size).toBe(blueprints + 3);
  expect(maker.plans.get('xcon:lobby@example.com')).toMatchObject({
    kind: 'conference',
    conferenceUri: 'sip:lobby@example.com',
    ownerUserId: '',
  });
});

it('what is there stays as it is', async () => {
  const maker = new Kept();
  const options = { domain: 'localhost', demo: { councilMembers: ['alice'], nowMs: 0 } };
  await seedObjects(maker, options);
  const before = new Map(maker.plans);
  await seedObjects(maker, { ...options, demo: { councilMembers: ['mallory'], nowMs: 1 } });
  expect(maker.plans).toEqual(before);
});

it('a domain that no SIP URI can have is told at the start', async () => {
  const options = { domain: 'under_score', demo: { councilMembers: [], nowMs: 0 } };
  await expect(seedObjects(new Kept(), options)).rejects.toThrow('PLENARY_DOMAIN');
});
