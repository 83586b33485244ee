/** The simulator as the benchmark uses it: what it is to measure, and how constants are made of that. */
export {
  noDrivers,
  parts,
  perPart,
  turnsOf,
  type Part,
  type PerDriver,
  type PerPart,
  type Point,
  type Points,
} from './points.js';
