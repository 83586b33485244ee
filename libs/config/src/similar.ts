/**
 * The name of a setting that `unknown` was probably meant to be, or `undefined`.
 *
 * Only names that begin with the same word count (`FOCUS_…`), and only when at most two letters differ (inserted, left
 * out, replaced, or two neighbours swapped): an orchestrator may set variables such as `FOCUS_PORT_7000_TCP` of its own.
 */
export function similarName(unknown: string, known: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of known) {
    if (firstWord(name) !== firstWord(unknown)) continue;
    const distance = editDistance(name, unknown);
    if (distance > 0 && distance <= 2 && (best === undefined || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

function firstWord(name: string): string {
  return name.slice(0, (name.indexOf('_') + name.length + 1) % (name.length + 1));
}

/** Edits (insert, remove, replace, swap of neighbours) between two texts. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
