import { dialogs } from './20261122-dialogs.js';

/** Every migration of schema `focus`, in the order of their names. */
export const focusMigrations = { '20261122-dialogs': dialogs };
