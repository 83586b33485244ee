import { err, ok, type Result } from '@plenary/wire';
import type { SettingFault } from './faults.js';
import { maskedValue } from './mask.js';
import { describeType, type SettingDefinitions, type SettingsOf } from './settings.js';
import { similarName } from './similar.js';

/** Where texts come from: `process.env` of a `main.ts`, or an object in a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadSettingsOptions {
  /** Reads a secret's file (`NAME_FILE`); given by `main.ts`, for this package does no I/O. */
  readonly readFile?: ((path: string) => string) | undefined;
  /** Names other services of the same process define: never called typing errors here. */
  readonly knownElsewhere?: readonly string[] | undefined;
}

/**
 * Reads every setting and reports all faults together.
 *
 * An empty text counts as not given. A masked setting may stand in a file named by `NAME_FILE` (one line end at its end is
 * dropped); giving both is a fault. A variable that is not ours but differs from one of ours by a slip is a fault too.
 * The result is frozen; `JSON.stringify` and `util.inspect` of it show secrets as `***`.
 */
export function readSettings<D extends SettingDefinitions>(
  definitions: D,
  env: Environment,
  options: ReadSettingsOptions = {},
): Result<SettingsOf<D>, SettingFault[]> {
  const faults: SettingFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(definitions)) {
    const { kind, cure, masked, fallback } = describeType(type);
    const text = textOf(name, masked !== undefined, env, options, faults);
    if (text === 'faulty') continue;
    if (text.value === undefined && fallback === undefined) {
      faults.push({ code: 'missing', name, problem: `is missing (a ${kind})`, cure });
      continue;
    }
    const parsed = type.safeParse(text.value);
    if (parsed.success) {
      values[name] = parsed.data;
      continue;
    }
    const shown = masked === undefined ? JSON.stringify(text.value) : 'its value';
    const problem = `is wrong: ${shown} ${parsed.error.issues[0]?.message ?? 'is not allowed'}`;
    faults.push({ code: 'malformed', name, problem, cure });
  }
  faults.push(...slips(Object.keys(definitions), env, options.knownElsewhere ?? []));
  return faults.length > 0 ? err(faults) : ok(printable(definitions, values) as SettingsOf<D>);
}

function textOf(
  name: string,
  mayBeFile: boolean,
  env: Environment,
  options: ReadSettingsOptions,
  faults: SettingFault[],
): { readonly value: string | undefined } | 'faulty' {
  const direct = env[name] === '' ? undefined : env[name];
  const path = mayBeFile ? env[`${name}_FILE`] : undefined;
  if (path === undefined || path === '') return { value: direct };
  const fault = (code: SettingFault['code'], problem: string, cure: string): 'faulty' => {
    faults.push({ code, name: `${name}_FILE`, problem, cure });
    return 'faulty';
  };
  if (direct !== undefined) return fault('given-twice', `is given beside ${name}`, 'Give only one of the two.');
  if (options.readFile === undefined) return fault('unreadable-file', 'is not read here', `Give ${name} instead.`);
  try {
    return { value: options.readFile(path).replace(/\r?\n$/, '') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fault('unreadable-file', `cannot be read: ${reason}`, 'Give the path of a readable file.');
  }
}

function slips(ours: readonly string[], env: Environment, elsewhere: readonly string[]): SettingFault[] {
  const known = new Set([...ours, ...elsewhere]);
  const faults: SettingFault[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || known.has(name)) continue;
    if (name.endsWith('_FILE') && known.has(name.slice(0, -'_FILE'.length))) continue;
    const meant = similarName(name, ours);
    if (meant === undefined) continue;
    faults.push({ code: 'unknown', name, problem: 'is not a setting', cure: `Write ${meant}, or remove it.` });
  }
  return faults;
}

const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');

function printable(definitions: SettingDefinitions, values: Record<string, unknown>): object {
  const masked = (): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [name, maskedValue(definition, values[name])]),
    );
  Object.defineProperty(values, 'toJSON', { value: masked });
  Object.defineProperty(values, inspectSymbol, { value: masked });
  return Object.freeze(values);
}
