import { z } from 'zod';

/** What a setting type tells about itself, for the table, for faults and for printing. Travels in zod's metadata. */
export interface SettingTypeNotes {
  /** Name of the type in the settings table: `port`, `duration`, … */
  readonly kind: string;
  /** One sentence that says what would be right. */
  readonly cure: string;
  /** `all`: the value prints as `***`; `password`: only the password inside the URL does. */
  readonly masked?: 'all' | 'password';
}

/** A zod type that reads one environment text. Take zod's own `.default()`, `.optional()` and `.refine()` from here. */
export type SettingType<T> = z.ZodPipe<z.ZodString, z.ZodTransform<T, string>>;

/** Builds a type: `read` gives the value, or `undefined` when the text is not one. */
export function settingType<T>(notes: SettingTypeNotes, read: (text: string) => T | undefined): SettingType<T> {
  return z
    .string()
    .transform((given, context): T => {
      const value = read(given.trim());
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `is not a ${notes.kind}` });
      return z.NEVER;
    })
    .meta({ ...notes });
}

/** Any text that is not empty. */
export function text(): SettingType<string> {
  return settingType({ kind: 'text', cure: 'Give any text.' }, (value) => value);
}

/** A whole number within `min` and `max`, both included. */
export function int(range: { readonly min?: number; readonly max?: number } = {}): SettingType<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const upTo =
    max === Number.MAX_SAFE_INTEGER ? ` of at least ${String(min)}` : ` from ${String(min)} to ${String(max)}`;
  return settingType({ kind: 'whole number', cure: `Give a whole number${upTo}.` }, (value) => {
    if (!/^-?[0-9]{1,16}$/.test(value)) return undefined;
    const number = Number(value);
    return number >= min && number <= max ? number : undefined;
  });
}

/** A number from 0 to 1. */
export function fraction(): SettingType<number> {
  return settingType({ kind: 'number from 0 to 1', cure: 'Give a number from 0 to 1, such as 0.01.' }, (value) => {
    if (!/^[0-9]{0,4}(\.[0-9]{1,9})?$/.test(value) || value === '') return undefined;
    const number = Number(value);
    return number <= 1 ? number : undefined;
  });
}

/** A port, 0 to 65535; 0 lets the system choose a free one. */
export function port(): SettingType<number> {
  return settingType({ kind: 'port', cure: 'Give a number from 0 to 65535; 0 takes any free port.' }, (value) =>
    /^[0-9]{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined,
  );
}

const durationUnitsMs = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A duration in milliseconds: `250`, `250ms`, `30s`, `5m`, `2h`, `7d`. */
export function durationMs(): SettingType<number> {
  return settingType(
    {
      kind: 'duration',
      cure: 'Give a number with a unit, such as 250ms, 30s, 5m, 2h or 7d; without one it is milliseconds.',
    },
    (value) => withUnit(value, durationUnitsMs),
  );
}

const byteUnits = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1_000],
  ['mb', 1_000_000],
  ['gb', 1_000_000_000],
  ['kib', 1_024],
  ['mib', 1_048_576],
  ['gib', 1_073_741_824],
]);

/** A size in octets: `65536`, `64KiB`, `10MB`. */
export function bytes(): SettingType<number> {
  return settingType(
    { kind: 'size', cure: 'Give a number of octets, or one with a unit such as 64KiB, 10MiB or 1GB.' },
    (value) => withUnit(value, byteUnits),
  );
}

function withUnit(value: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^([0-9]{1,15})(?:\.([0-9]{1,6}))? ?([a-z]{0,3})$/i.exec(value);
  const unit = units.get((match?.[3] ?? '').toLowerCase());
  if (match === null || unit === undefined) return undefined;
  const amount = Number(`${match[1] ?? '0'}.${match[2] ?? '0'}`) * unit;
  return Number.isSafeInteger(amount) ? amount : undefined;
}

/** Texts between commas; blanks around them do not count, empty ones are left out. */
export function list(): SettingType<readonly string[]> {
  return settingType({ kind: 'list', cure: 'Give texts separated by commas.' }, (value) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return items.length === 0 ? undefined : items;
  });
}

/** Yes or no: `true`, `false`, and also `1`, `0`, `yes`, `no`, `on`, `off`. */
export function flag(): SettingType<boolean> {
  return settingType({ kind: 'flag', cure: 'Give true or false.' }, (value) => {
    if (/^(?:true|1|yes|on)$/i.test(value)) return true;
    return /^(?:false|0|no|off)$/i.test(value) ? false : undefined;
  });
}

/** One of the given words. */
export function oneOf<const Word extends string>(words: readonly Word[]): SettingType<Word> {
  return settingType({ kind: words.join(' or '), cure: `Give one of: ${words.join(', ')}.` }, (value) =>
    words.find((word) => word === value),
  );
}

/** A text that must not be seen: at least `minLength` characters (default 1), printed as `***`, also read from `NAME_FILE`. */
export function secret(options: { readonly minLength?: number } = {}): SettingType<string> {
  const { minLength = 1 } = options;
  const cure = `Give at least ${String(minLength)} character${minLength === 1 ? '' : 's'}, or a file in NAME_FILE.`;
  return settingType({ kind: 'secret', cure, masked: 'all' }, (value) =>
    value.length >= minLength ? value : undefined,
  );
}

/** An absolute URL with one of `schemes` (default: any). A password in it prints as `***`; also read from `NAME_FILE`. */
export function url(...schemes: readonly string[]): SettingType<string> {
  const such = schemes.length === 0 ? '' : ` that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return settingType({ kind: 'URL', cure: `Give a URL${such}.`, masked: 'password' }, (value) => {
    if (!URL.canParse(value)) return undefined;
    const scheme = new URL(value).protocol.slice(0, -1);
    return schemes.length === 0 || schemes.includes(scheme) ? value : undefined;
  });
}

/** A host name or an IP address, without a port. IPv6 stands without brackets. */
export function host(): SettingType<string> {
  return settingType({ kind: 'host', cure: 'Give a host name or an IP address, without a port.' }, (value) =>
    /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(value) ||
    /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(value)
      ? value
      : undefined,
  );
}
