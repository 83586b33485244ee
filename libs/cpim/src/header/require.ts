import { parseHeaderName } from './name.js';

// RFC 3862 §4.7:
//   Require-header = "Require" ": " Header-name *( "," Header-name )

/**
 * Reads the names that Require lists, prefixes kept; undefined when one is malformed. Spaces around commas are tolerated.
 * Whoever forwards does not act on them: the recipient is meant (CPIM-012).
 */
export function parseRequire(value: string): string[] | undefined {
  const names = value.split(',').map((name) => name.trim());
  return names.every((name) => parseHeaderName(name) !== undefined) ? names : undefined;
}

/** Writes the value of Require. Throws `RangeError` on no name or a malformed one. */
export function formatRequire(names: readonly string[]): string {
  if (names.length === 0 || names.some((name) => parseHeaderName(name) === undefined)) {
    throw new RangeError('Require lists header names');
  }
  return names.join(',');
}
