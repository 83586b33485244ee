import { maskedValue } from './mask.js';
import { describeType, type Setting, type SettingDefinitions } from './settings.js';

/** The settings as a markdown table, in the order of their definition. A test compares it with the README. */
export function settingsTable(definitions: SettingDefinitions): string {
  const rows = Object.entries(definitions).map(([name, definition]) => {
    const { kind } = describeType(definition.type);
    return `| \`${name}\` | ${kind} | ${defaultText(definition)} | ${cell(definition.meaning)} |`;
  });
  return ['| setting | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function defaultText(definition: Setting<unknown>): string {
  const { fallback } = describeType(definition.type);
  if (fallback === undefined) return 'required';
  const value = maskedValue(definition, fallback.value);
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return 'none';
  return `\`${cell(typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : JSON.stringify(value))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
