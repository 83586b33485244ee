import { describeType, type Setting } from './settings.js';

/** The value as it may be shown: secrets as `***`, URLs without their password. */
export function maskedValue(setting: Setting<unknown>, value: unknown): unknown {
  const { masked } = describeType(setting.type);
  if (value === undefined || masked === undefined) return value;
  if (masked === 'password' && typeof value === 'string') return maskPassword(value);
  return '***';
}

/** A URL with `***` in place of its password; anything that is no URL becomes `***` as a whole. */
export function maskPassword(url: string): string {
  if (!URL.canParse(url)) return '***';
  const parsed = new URL(url);
  if (parsed.password === '') return url;
  parsed.password = '***';
  return parsed.toString();
}
