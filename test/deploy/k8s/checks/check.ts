import type { RenderedSet } from '../objects.js';

/** One rule over a whole rendered overlay: every sentence it returns names an object and what is wrong with it. */
export interface Check {
  readonly name: string;
  run(set: RenderedSet): readonly string[];
}
