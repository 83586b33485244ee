import { dialogs } from './20261122-dialogs.js';
import { subscriptions } from './20261123-subscriptions.js';
import { roomsOfDialogs } from './20261129-rooms-of-dialogs.js';

/** Every migration of schema `focus`, in the order of their names. */
export const focusMigrations = {
  '20261122-dialogs': dialogs,
  '20261123-subscriptions': subscriptions,
  '20261129-rooms-of-dialogs': roomsOfDialogs,
};
