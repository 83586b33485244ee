import type { UserId } from '@plenary/wire';
import type { Clock } from '@plenary/service';
import type { SystemPolicy } from '../blueprints/create-policy.js';
import type { RoomStateSettings } from '../config.js';
import type { Events } from '../events.js';
import type { RandomBytes } from '../ids.js';
import type { PasswordCheck } from '../password-check.js';
import type { Passwords } from '../password.js';
import type { StatePublisher } from '../producers/state-events.js';
import type { RoomState } from '../room/state.js';
import type { RoomQueue } from '../room-queue.js';
import type { Store } from '../store/interface.js';
import { ConferenceTimes } from '../tasks/conference-times.js';
import type { RequestorUsers } from '../users/requestor.js';
import { AdHocRooms } from './ad-hoc.js';
import { Conferences } from './conferences.js';
import { ConferenceCreation } from './creation.js';
import { DialOuts } from './dial-out.js';
import type { NicknameAllocator } from './nickname-allocator.js';
import { ObjectMaker } from './object-maker.js';
import { SidebarPlans } from './sidebar-plans.js';
import { Tasks } from './tasks.js';
import { UserTasks } from './user-tasks.js';
import type { Users } from './users.js';

export interface ConferencePartsOptions {
  readonly settings: RoomStateSettings;
  readonly store: Store;
  readonly publisher: StatePublisher;
  readonly queue: RoomQueue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: Events;
  readonly users: Users & RequestorUsers;
  readonly passwords: Passwords;
  readonly passwordCheck: PasswordCheck;
  readonly createPolicy: SystemPolicy;
  readonly deletePolicy: SystemPolicy;
  readonly nicknames: NicknameAllocator;
}

/** The parts of conference control. */
export interface ConferenceParts {
  readonly maker: ObjectMaker;
  readonly adHoc: AdHocRooms;
  readonly times: ConferenceTimes;
  readonly conferences: Conferences;
}

/** Blueprint of a room made by entering its URI. */
const adHocBlueprints = { open: 'ad-hoc', logged: 'logged' } as const;

/** Builds the parts of conference control, each once. */
export function buildConferenceParts(options: ConferencePartsOptions): ConferenceParts {
  const { settings, store, publisher, queue, clock, random, events, users, passwords } = options;
  const { passwordCheck, createPolicy, deletePolicy, nicknames } = options;
  const domain = settings.PLENARY_DOMAIN;
  const roomsPerUserMax = settings.ROOM_STATE_ROOMS_PER_USER_MAX;
  const maker = new ObjectMaker({ store, publisher, clock, random, events, shards: settings.ROOM_STATE_SHARDS });
  const adHoc = new AdHocRooms({
    store,
    maker,
    events,
    random,
    domain,
    createPolicy,
    roomsPerUserMax,
    blueprint: settings.ROOM_STATE_AD_HOC_ROOMS ? adHocBlueprints[settings.ROOM_STATE_AD_HOC_BLUEPRINT] : undefined,
  });
  const dialOuts = new DialOuts(users, random);
  const times = new ConferenceTimes({
    store,
    queue,
    dialOuts,
    events,
    callRepeatMs: settings.ROOM_STATE_CALL_REPEAT_MS,
    callMs: settings.ROOM_STATE_CALL_MS,
    tombstoneMs: settings.ROOM_STATE_TOMBSTONE_MS,
  });
  const began = (room: RoomState, only?: UserId): void => times.began(room, only);
  const creation = new ConferenceCreation({
    store,
    maker,
    passwords,
    clock,
    random,
    domain,
    createPolicy,
    roomsPerUserMax,
    began,
  });
  const userTasks = new UserTasks({
    users,
    clock,
    random,
    domain,
    nicknames,
    pendingMs: settings.ROOM_STATE_PENDING_MS,
  });
  const tasks = new Tasks({
    store,
    passwords,
    dialOuts,
    sidebars: new SidebarPlans(maker, random, domain),
    userTasks,
    clock,
    random,
    domain,
    deletePolicy,
  });
  const conferences = new Conferences({
    store,
    queue,
    users,
    passwords: passwordCheck,
    creation,
    tasks,
    userTasks,
    began,
  });
  return { maker, adHoc, times, conferences };
}
