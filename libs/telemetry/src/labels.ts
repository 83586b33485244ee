import { other, type LabelValues } from './metric-list/types.js';

/** Label sets one metric of one process may have; what comes beyond them counts as `other`. */
export const maxLabelSets = 1_000;

/** True where a label may say `value`. */
export function isAllowed(values: LabelValues, value: string): boolean {
  return isList(values) ? values.includes(value) : values.form.test(value);
}

/** Every label set of a metric, where there are at most `most` of them and each label has a list. */
export function everyLabelSet(
  labels: Readonly<Record<string, LabelValues>>,
  most: number,
): readonly Readonly<Record<string, string>>[] {
  let sets: Record<string, string>[] = [{}];
  for (const [label, values] of Object.entries(labels)) {
    if (!isList(values) || sets.length * values.length > most) return [];
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })));
  }
  return sets;
}

/**
 * Reads given labels as the list has them: what is not in the list of its label becomes `other`, as does what is missing. A label the metric
 * does not have is an error of ours and throws.
 */
export function labelReader(
  metric: string,
  labels: Readonly<Record<string, LabelValues>>,
): (given: Readonly<Record<string, string | number>> | undefined) => Record<string, string> {
  const known = Object.entries(labels);
  return (given = {}) => {
    for (const label of Object.keys(given))
      if (labels[label] === undefined) throw new TypeError(`metric ${metric} has no label ${label}`);
    return Object.fromEntries(
      known.map(([label, values]) => {
        const value = given[label];
        const text = value === undefined ? other : String(value);
        return [label, isAllowed(values, text) ? text : other];
      }),
    );
  };
}

function isList(values: LabelValues): values is readonly string[] {
  return Array.isArray(values);
}
