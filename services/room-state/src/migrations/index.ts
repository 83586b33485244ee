import type { Migration } from 'kysely';
import { rooms } from './20261122_0001_rooms.js';

/** Every migration of schema `room_state`, by the name that orders it. */
export const migrations: Readonly<Record<string, Migration>> = { '20261122_0001_rooms': rooms };
