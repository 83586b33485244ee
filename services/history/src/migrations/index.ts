import type { Migration } from 'kysely';
import { messages } from './20261122_0001_messages.js';
import { reading } from './20261129_0001_reading.js';
import { mediaLabels } from './20261129_0002_media_labels.js';

/** Every migration of schema `history`, by the name that orders it. */
export const migrations: Readonly<Record<string, Migration>> = {
  '20261122_0001_messages': messages,
  '20261129_0001_reading': reading,
  '20261129_0002_media_labels': mediaLabels,
};
