import type { Migration } from 'kysely';
import { rooms } from './20261122_0001_rooms.js';
import { seats } from './20261122_0002_seats.js';
import { conferences } from './20261129_0001_conferences.js';
import { users } from './20261129_0002_users.js';
import { registrations } from './20261129_0003_registrations.js';

/** Every migration of schema `room_state`, by the name that orders it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '20261122_0001_rooms': rooms,
  '20261122_0002_seats': seats,
  '20261129_0001_conferences': conferences,
  '20261129_0002_users': users,
  '20261129_0003_registrations': registrations,
};
