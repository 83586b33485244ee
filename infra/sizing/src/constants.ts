import {
  drivers,
  parts,
  perPart,
  type Driver,
  type Part,
  type PerDriver,
  type PerPart,
  type Source,
} from './points.js';

/** What one of everything costs, as measured; everything the simulator says rests on it. */
export interface Constants {
  readonly source: Source;
  /** CPU in microseconds, by part and what it is used for. What is not there costs nothing. */
  readonly micros: Readonly<Record<Part, Readonly<Partial<Record<Driver, number>>>>>;
  /** CPU of one process that does nothing, in parts of a core. */
  readonly idleCores: PerPart;
  /** Memory per session that only listens, octets. */
  readonly bytesPerSession: PerPart;
}

/** CPU cores a part uses at these rates a second, without what it uses idle. */
export function coresOf(part: Part, rates: PerDriver, { micros }: Constants): number {
  return drivers.reduce((sum, driver) => sum + ((micros[part][driver] ?? 0) * rates[driver]) / 1e6, 0);
}

/** Reads constants from JSON. Throws a sentence that says what is wrong with them. */
export function readConstants(text: string): Constants {
  const value: unknown = JSON.parse(text);
  const { source, micros, idleCores, bytesPerSession } = objectOf(value, 'the constants');
  const { date, machine, command } = objectOf(source, 'source');
  const costs = objectOf(micros, 'micros');
  for (const part of parts)
    for (const [driver, cost] of Object.entries(objectOf(costs[part], `micros.${part}`))) {
      if (!(drivers as readonly string[]).includes(driver)) throw new Error(`micros.${part} has an unknown ${driver}`);
      numberOf(cost, `micros.${part}.${driver}`);
    }
  return {
    source: { date: String(date), machine: String(machine), command: String(command) },
    micros: costs as Constants['micros'],
    idleCores: numbersOf(idleCores, 'idleCores'),
    bytesPerSession: numbersOf(bytesPerSession, 'bytesPerSession'),
  };
}

function numbersOf(value: unknown, name: string): PerPart {
  const numbers = objectOf(value, name);
  return perPart((part) => numberOf(numbers[part], `${name}.${part}`));
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new Error(`${name} is no cost`);
  return value;
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${name}: missing`);
  return value as Record<string, unknown>;
}
