/** Room-state as others may use it: to run it in their process (dev, tests), and its types. */
export { roomStateSettings, type RoomStateSettings } from './config.js';
export { createContext, type ContextOverrides, type RoomStateContext } from './context.js';
export { migrations } from './migrations/index.js';
export { createServer, type RoomStateServer } from './server.js';
export { blueprint, type Blueprint, type BlueprintName, type RoomAccess } from './room/policy.js';
export type { Change, Entry, EntryAnswer, Rooms } from './rooms.js';
