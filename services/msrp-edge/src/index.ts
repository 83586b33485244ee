/** The msrp-edge as others may use it: to run it in their process (dev, tests), and its types. */
export { msrpEdgeSettings, type MsrpEdgeSettings } from './config.js';
export { createContext, type ContextOverrides, type MsrpEdgeContext } from './context.js';
export { createServer, type MsrpEdgeServer } from './server.js';
export { Edge, type EdgeOptions } from './edge.js';
export type { ReserveRefusal } from './sessions/reservations.js';
export { silentEvents, type EdgeEvents, type SessionEnd } from './events.js';
export { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';
export type { History } from './history.interface.js';
export type { RoomState } from './room-state.interface.js';
