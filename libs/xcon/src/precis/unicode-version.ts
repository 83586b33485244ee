import { TABLES_UNICODE_VERSION } from './unicode.table.js';

/**
 * The Unicode version that keys are computed with, to be stored beside them: when it changes, keys are computed anew. It names the
 * runtime's data and those of the tables, `17.0+15.0.0`; `unknown` for a runtime that does not tell its own.
 */
export const unicodeVersion: string = `${runtimeVersion()}+${TABLES_UNICODE_VERSION}`;

function runtimeVersion(): string {
  const { process } = globalThis as { process?: { versions?: { unicode?: string } } };
  return process?.versions?.unicode ?? 'unknown';
}
