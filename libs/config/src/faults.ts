/** One thing wrong with the settings. Sentences: they never hold the value of a secret. */
export interface SettingFault {
  readonly code: 'missing' | 'malformed' | 'unknown' | 'given-twice' | 'unreadable-file';
  /** The environment variable at fault. */
  readonly name: string;
  /** What is wrong, to be read after the name: `is missing`, `"abc" is not a port`. */
  readonly problem: string;
  /** What to do about it: a whole sentence. */
  readonly cure: string;
}

/** All faults as text for a terminal, one line each; one fault is one line in all. */
export function formatFaults(faults: readonly SettingFault[]): string {
  const lines = faults.map(({ name, problem, cure }) => `${name} ${problem}. ${cure}`);
  if (lines.length === 1) return `Setting ${lines[0] ?? ''}`;
  return [`${String(lines.length)} settings are wrong:`, ...lines.map((line) => `  ${line}`)].join('\n');
}
