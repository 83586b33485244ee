import { everyLabelSet, labelReader, maxLabelSets } from './labels.js';
import { other, type LabelValues } from './metric-list/types.js';

/** Counters with at most this many label sets show all of them from the start. */
const shownFromStart = 64;

interface Cell {
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

/** The counts of one counter, one for each label set seen. */
export class CounterCells {
  readonly #cells = new Map<string, Cell>();
  readonly #read: ReturnType<typeof labelReader>;
  readonly #names: readonly string[];

  constructor(metric: string, labels: Readonly<Record<string, LabelValues>>) {
    this.#read = labelReader(metric, labels);
    this.#names = Object.keys(labels);
    for (const set of everyLabelSet(labels, shownFromStart)) this.add(0, set);
  }

  add(n: number, given?: Readonly<Record<string, string | number>>): void {
    if (n < 0) return;
    const labels = this.#read(given);
    const key = Object.values(labels).join('\0');
    const cell = this.#cells.get(key) ?? this.#newCell(key, labels);
    cell.value += n;
  }

  readings(): Iterable<Readonly<Cell>> {
    return this.#cells.values();
  }

  #newCell(key: string, labels: Readonly<Record<string, string>>): Cell {
    if (this.#cells.size >= maxLabelSets) {
      const rest = Object.fromEntries(this.#names.map((name) => [name, other]));
      const restKey = Object.values(rest).join('\0');
      const found = this.#cells.get(restKey) ?? { labels: rest, value: 0 };
      this.#cells.set(restKey, found);
      return found;
    }
    const cell = { labels, value: 0 };
    this.#cells.set(key, cell);
    return cell;
  }
}
