import type { z } from 'zod';
import type { SettingTypeNotes } from './types.js';

/** One setting: how its text is read, and what it is for. */
export interface Setting<T> {
  readonly type: z.ZodType<T>;
  /** One sentence for the table. */
  readonly meaning: string;
}

/** The settings of one service, by the name of their environment variable. */
export type SettingDefinitions = Readonly<Record<string, Setting<unknown>>>;

/** The frozen object a service gets: one value per definition. Prints itself with secrets masked. */
export type SettingsOf<D extends SettingDefinitions> = Readonly<{
  [Name in keyof D]: D[Name] extends Setting<infer T> ? T : never;
}>;

/** One line of `defineSettings`. */
export function setting<T>(type: z.ZodType<T>, meaning: string): Setting<T> {
  return { type, meaning };
}

/** Names must be upper case with underscores; a wrong one is a fault of ours and throws. */
export function defineSettings<const D extends SettingDefinitions>(definitions: D): D {
  for (const name of Object.keys(definitions))
    if (!/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(name)) throw new TypeError(`${name} is not a name of a setting`);
  return definitions;
}

/** What is known of a type under its `.default()`, `.optional()` and the like. */
export interface TypeDescription {
  readonly kind: string;
  readonly cure: string;
  readonly masked: 'all' | 'password' | undefined;
  /** Present when the setting may be left out. */
  readonly fallback: { readonly value: unknown } | undefined;
}

/** Looks through the wrappers zod lays around a type. */
export function describeType(type: z.ZodType): TypeDescription {
  let notes: Partial<SettingTypeNotes> = {};
  let fallback: { readonly value: unknown } | undefined;
  let inner: WrappedType | undefined = type;
  while (inner !== undefined) {
    notes = { ...(inner.meta?.() as Partial<SettingTypeNotes> | undefined), ...notes };
    // oxlint-disable-next-line no-underscore-dangle -- zod's name for what other libraries may look at
    const definition: WrappedType['_zod']['def'] = inner._zod.def;
    if (definition.type === 'default' || definition.type === 'prefault')
      fallback ??= { value: definition.defaultValue };
    if (definition.type === 'optional') fallback ??= { value: undefined };
    inner = definition.innerType ?? definition.in;
  }
  const { kind = 'text', cure = 'See the table of settings in the README.', masked } = notes;
  return { kind, cure, masked, fallback };
}

interface WrappedType {
  meta?(): unknown;
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly defaultValue?: unknown;
      readonly innerType?: WrappedType;
      readonly in?: WrappedType;
    };
  };
}
