export { readSettings, type Environment, type ReadSettingsOptions } from './env.js';
export { formatFaults, type SettingFault } from './faults.js';
export { maskPassword } from './mask.js';
export { defineSettings, setting, type Setting, type SettingDefinitions, type SettingsOf } from './settings.js';
export { settingsTable } from './table.js';
export {
  bytes,
  durationMs,
  flag,
  fraction,
  host,
  int,
  list,
  oneOf,
  port,
  secret,
  settingType,
  text,
  url,
  type SettingType,
  type SettingTypeNotes,
} from './types.js';
