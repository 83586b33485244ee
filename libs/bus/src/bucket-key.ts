import { BusError } from './interface.js';

/** Keys are letters, digits, `-` `_` `=` `/` and dots between: what both engines can keep. */
export function assertBucketKey(key: string): void {
  if (!/^[-/=\w]+(\.[-/=\w]+)*$/.test(key)) throw new BusError('refused', 'not a key of a bucket');
}
