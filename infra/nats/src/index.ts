export { bootstrap, isGood, wantedStores, type BootstrapMode, type BootstrapRow } from './bootstrap.js';
export { busPermissions, busUsers, type BusPermissions, type BusUser } from './permissions.js';
export { bootstrapSettings, type BootstrapSettings } from './config.js';
export { run, type RunSurface } from './run.js';
export { newBusKeys, usersConfig, type BusKey } from './keys.js';
