import { setTimeout as delay } from 'node:timers/promises';
import type { IsolationLevel, Transaction } from 'kysely';
import { isStalePlan, sqlState } from './errors.js';
import type { Database } from './pool.js';

export interface TransactionOptions {
  /** How often a transaction is tried again after the first time. Default 3. */
  readonly retries?: number | undefined;
  /** Default: the server's (read committed). */
  readonly isolation?: IsolationLevel | undefined;
}

/**
 * Runs `fn` in one transaction and commits; anything it throws rolls back.
 *
 * A serialization failure (40001), a deadlock (40P01) or a plan that a migration made stale is tried again after a short random pause, so `fn` must have no
 * effect outside the transaction. Other errors, and the last failure, come through as they are.
 */
export async function inTransaction<Schema, T>(
  db: Database<Schema>,
  fn: (transaction: Transaction<Schema>) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { retries = 3, isolation } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const builder = db.kysely.transaction();
      return await (isolation === undefined ? builder : builder.setIsolationLevel(isolation)).execute(fn);
    } catch (error) {
      const state = sqlState(error);
      const mayPass = state === '40001' || state === '40P01' || isStalePlan(error);
      if (!mayPass || attempt >= retries) throw error;
      await delay(Math.random() * 10 * 2 ** Math.min(attempt, 5));
    }
  }
}
