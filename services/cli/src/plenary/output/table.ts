import { columnsOf, plainText } from './plain-text.js';

/** Rows under their headings, columns as wide as their widest cell and two blanks apart; no trailing blanks. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [headings, ...rows.map((row) => row.map(plainText))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => columnsOf(row[column] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - columnsOf(cell))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `name  value` lines; what has no value is left out. */
export function facts(given: readonly (readonly [name: string, value: string | undefined])[]): string {
  const known = given.filter((fact): fact is readonly [string, string] => fact[1] !== undefined && fact[1] !== '');
  const width = Math.max(0, ...known.map(([name]) => columnsOf(name)));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${plainText(value)}`).join('\n');
}
