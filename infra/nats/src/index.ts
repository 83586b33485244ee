export { bootstrap, isGood, wantedStores, type BootstrapMode, type BootstrapRow } from './bootstrap.js';
export { bootstrapSettings, type BootstrapSettings } from './config.js';
export { run, type RunSurface } from './run.js';
