/** History as others may use it: to run it in their process (dev, tests), and its types. */
export { historySettings, type HistorySettings } from './config.js';
export { createContext, type ContextOverrides, type HistoryContext } from './context.js';
export { migrations } from './migrations/index.js';
export { createServer, type HistoryServer } from './server.js';
export type { RoomNow } from './room-log.js';
export type { RoomDirectory } from './room-now.js';
