/** Room-state as others may use it: to run it in their process (dev, tests), and its types. */
export { roomStateSettings, type RoomStateSettings } from './config.js';
export { createContext, type ContextOverrides, type RoomStateContext } from './context.js';
export { migrations } from './migrations/index.js';
export { createServer, type RoomStateServer } from './server.js';
export type { ObjectPlan } from './conference/object-maker.js';
export type { PerformRequestOf } from './conference/request.js';
export type { Performed } from './conference/response.js';
export { policyOf } from './room/rules.js';
export type { Entry, EntryAnswer } from './entrance.js';
export type { Change, Rooms } from './rooms.js';
