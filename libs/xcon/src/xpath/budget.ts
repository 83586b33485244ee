import { XpathError } from './xpath-error.js';

/** Steps an evaluation may take: nodes looked at, values compared, and a step per 16 characters handled. */
export class XpathBudget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  /** Throws `XpathError` `xpath-too-costly` when nothing is left. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new XpathError('xpath-too-costly');
  }

  spendText(length: number): void {
    this.spend(1 + (length >> 4));
  }
}
