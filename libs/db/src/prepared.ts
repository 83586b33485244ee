import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { isStalePlan } from './errors.js';

/** Statements prepared on a connection at most, and the longest text of one: each costs the server some ten KiB. */
const maxStatements = 64;
const maxTextLength = 8_192;

/**
 * The pool as kysely sees it: statements with parameters are prepared once per connection under a name, so that the server
 * does not parse and plan each of them again. The first `maxStatements` texts are; whatever comes after them is sent as before.
 */
export function preparing(pool: Pool): PostgresPool {
  const names = new StatementNames();
  const clients = new WeakMap<PoolClient, PostgresPoolClient>();
  return {
    async connect() {
      const client = await pool.connect();
      let known = clients.get(client);
      if (known === undefined) {
        known = preparingClient(client, names);
        clients.set(client, known);
      }
      return known;
    },
    end: () => pool.end(),
  };
}

class StatementNames {
  readonly #names = new Map<string, string>();
  #generation = 0;

  /** The name of a statement; undefined: it is not to be prepared. */
  of(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size >= maxStatements || text.length > maxTextLength) return undefined;
    const name = `s${String(this.#generation)}_${String(this.#names.size)}`;
    this.#names.set(text, name);
    return name;
  }

  /** All texts get new names. */
  renew(): void {
    this.#generation += 1;
    this.#names.clear();
  }
}

function preparingClient(client: PoolClient, names: StatementNames): PostgresPoolClient {
  const run = (text: string, values: readonly unknown[]): Promise<QueryResult> => {
    const name = values.length === 0 ? undefined : names.of(text);
    return client.query(name === undefined ? { text, values: [...values] } : { name, text, values: [...values] });
  };
  const query = async (text: string, values: readonly unknown[] = []): Promise<QueryResult> => {
    try {
      return await run(text, values);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      // A migration changed a table under the plan. Within a transaction this fails again: the transaction is to be run anew.
      names.renew();
      return run(text, values).catch(() => Promise.reject(error));
    }
  };
  return {
    // The other form takes a cursor, which kysely hands over only where its dialect was given one.
    query: query as unknown as PostgresPoolClient['query'],
    release: () => {
      client.release();
    },
  };
}
