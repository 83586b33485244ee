interface Turn<T> {
  readonly seq: number;
  readonly value: T;
}

/** Where a guess stands: before every event. */
const BEGINNING = 0;

/**
 * What held at which place of a log: values by the sequence of the event that brought them, learned in any order. Bounded: the oldest
 * are forgotten.
 */
export class Timeline<T> {
  readonly #turns: Turn<T>[] = [];

  constructor(private readonly limit = 32) {}

  /** From the event with this sequence on it is so. Of several values of one event the last holds. */
  set(seq: number, value: T): void {
    const turns = this.#turns;
    let at = turns.length;
    while (at > 0 && turns[at - 1]!.seq >= seq) at--;
    turns.splice(at, turns[at]?.seq === seq ? 1 : 0, { seq, value });
    // The event that brought what was guessed is known now: before it, it was not so.
    const isGuessed = at === 1 && turns[0]!.seq === BEGINNING && turns[0]!.value === value;
    if (isGuessed || turns.length > this.limit) turns.shift();
  }

  /** It is so now, since when is not known: taken for all the past until the event that brought it is learned. */
  guess(value: T): void {
    if (this.#turns.length === 0) this.#turns.push({ seq: BEGINNING, value });
  }

  /** What held for the event with this sequence: what the newest change before it brought; undefined when none is known. */
  before(seq: number): T | undefined {
    for (let i = this.#turns.length - 1; i >= 0; i--) {
      const turn = this.#turns[i]!;
      if (turn.seq < seq) return turn.value;
    }
    return undefined;
  }

  /** What the first change known brought. */
  get first(): T | undefined {
    return this.#turns[0]?.value;
  }

  /** What holds now. */
  get latest(): T | undefined {
    return this.#turns.at(-1)?.value;
  }
}
