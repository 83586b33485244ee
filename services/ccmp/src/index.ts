/** Ccmp as others may use it: to run it in their process (dev, tests), and its types. */
export { ccmpSettings, type CcmpSettings } from './config.js';
export { createContext, type CcmpContext, type ContextOverrides } from './context.js';
export { createServer, type CcmpServer } from './server.js';
export type { History } from './history/interface.js';
export type { RoomState } from './room-state/interface.js';
