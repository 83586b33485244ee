import { LeaveCause, NicknameChanged, StateEvent, type StateChange } from '@plenary/proto/chat';
import { beforeEach, describe, expect, it } from 'vitest';
import { RoomWatch } from './room-watch.js';
import { Subscriber } from './subscriber.js';
import { documentOf, recordOf } from './testing.js';

let watch: RoomWatch;
let alice: Subscriber;
let bob: Subscriber;
let version: bigint;

beforeEach(() => {
  watch = new RoomWatch('R1');
  version = 0n;
  alice = new Subscriber(recordOf());
  bob = new Subscriber(
    recordOf({
      callId: 'call-2',
      viewer: { uri: 'sip:bob@example.com', identities: ['tel:+12015550123'], systemRoles: [] },
    }),
  );
  for (const subscriber of [alice, bob]) {
    watch.add(subscriber);
    subscriber.isViewCertain = true;
  }
});

const apply = (change: NonNullable<StateChange['change']>, at?: bigint): ReturnType<RoomWatch['apply']> => {
  version = at ?? version + 1n;
  return watch.apply(StateEvent.fromPartial({ room: 'R1', version, changes: [{ change }] }));
};
const joined = (pid: string, identities: string[]): void => {
  apply(
    StateEvent.fromPartial({
      changes: [{ change: { $case: 'joined', value: { participant: { pid, identities } } } }],
    }).changes[0]?.change ?? never(),
  );
};
function never(): never {
  throw new Error('no change');
}
const nickname: NonNullable<StateChange['change']> = {
  $case: 'nicknameChanged',
  value: NicknameChanged.fromPartial({ pid: 'p9', nickname: 'Nick' }),
};

describe('whose view an event may have changed', () => {
  it('NOTIF-009 a nickname changes nobody’s view', () => {
    expect(apply(nickname)).toEqual({ changed: true });
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([true, true]);
  });

  it('NOTIF-009 a member’s joining, role and leaving change the view of that member', () => {
    joined('p1', ['tel:+12015550123']);
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([true, false]);
    bob.isViewCertain = true;
    apply({ $case: 'rolesChanged', value: { pid: 'p1', roles: ['moderator'] } });
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([true, false]);
    bob.isViewCertain = true;
    apply({ $case: 'left', value: { pid: 'p1', chatId: 'c1', cause: LeaveCause.DEPARTED, lastEndpoint: true } });
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([true, false]);
  });

  it('NOTIF-009 of whom it is not known, everybody is asked for anew', () => {
    apply({ $case: 'left', value: { pid: 'stranger', chatId: 'c1', cause: LeaveCause.DEPARTED, lastEndpoint: true } });
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([false, false]);
  });

  it.each<NonNullable<StateChange['change']>>([
    { $case: 'conferenceChanged', value: {} },
    { $case: 'callGone', value: { callId: 'c' } },
    { $case: 'policyChanged', value: { policy: undefined } },
  ])('NOTIF-009 rules that change change everybody’s: $$case', (change) => {
    apply(change);
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([false, false]);
  });

  it('NOTIF-009 a missed event, too', () => {
    apply(nickname);
    apply(nickname, 5n);
    expect([alice.isViewCertain, bob.isViewCertain]).toEqual([false, false]);
    expect(watch.version).toBe(5n);
  });
});

describe('what an event means', () => {
  it('EVT-014 what no document shows is no change', () => {
    expect(apply({ $case: 'endpointMoved', value: { pid: 'p', chatId: 'c', edgeId: 'e' } })).toEqual({
      changed: false,
    });
    expect(apply({ $case: 'notice', value: { text: 'x', audiencePid: '' } })).toEqual({ changed: false });
    expect(watch.version).toBe(2n);
  });

  it('VENUE-004 the room is over, and what takes its place', () => {
    expect(apply({ $case: 'roomClosed', value: { reason: 'moved', successorUri: 'sip:next@example.com' } })).toEqual({
      changed: true,
      closed: { successorUri: 'sip:next@example.com' },
    });
  });

  it('who is gone is not marked any more', () => {
    watch.remove(bob);
    joined('p1', ['sip:bob@example.com']);
    expect(bob.isViewCertain).toBe(true);
    expect(watch.subscribers).toEqual(new Set([alice]));
  });
});

describe('documents by view', () => {
  it('the newer one stays', () => {
    const older = documentOf(['a'], { version: 1n });
    const newer = documentOf(['a', 'b'], { version: 2n });
    expect(watch.keep(newer)).toBe(newer);
    expect(watch.keep(older)).toBe(newer);
    expect(watch.newest('member')).toBe(newer);
    expect(watch.newest('moderator')).toBeUndefined();
  });

  it('so many views are kept, no more', () => {
    for (let n = 0; n < 40; n++) watch.keep(documentOf([], { view: `v${String(n)}` }));
    expect(watch.newest('v0')).toBeUndefined();
    expect(watch.newest('v39')).toBeDefined();
  });
});
