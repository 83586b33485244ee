/** The focus as others may use it: to run it in their process (dev, tests), and its types. */
export { focusSettings, type FocusSettings } from './config.js';
export { createContext, type ContextOverrides, type FocusContext } from './context.js';
export { createServer, type FocusServer } from './server.js';
export { focusMigrations } from './migrations/index.js';
export { NoEdgeError, type Edges, type Reservation } from './edges/interface.js';
export type { Credential, RoomState } from './room-state/interface.js';
export type { DialogKey, DialogRecord, DialogStore } from './store/interface.js';
