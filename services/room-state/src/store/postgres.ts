import type { Database } from '@plenary/db';
import type { Clock } from '@plenary/service';
import { postgresAccounts } from './accounts.js';
import { DocumentCache } from './document-cache.js';
import { postgresEpochs } from './epochs.js';
import type { Store } from './interface.js';
import { postgresEdges, postgresLapses } from './lapses.js';
import { postgresLeases } from './leases.js';
import { postgresListing } from './listing.js';
import { postgresOutbox } from './outbox.js';
import { RoomCache } from './room-cache.js';
import { postgresRooms } from './rooms.js';
import type { RoomStateSchema } from './schema.js';
import { sealingWith } from './sealing.js';
import { postgresUsers } from './users.js';

export interface PostgresStoreOptions {
  /** Rooms kept in memory, counted in endpoints. */
  readonly cachedEndpoints: number;
  /** How old what is remembered is, and whether a request's time has run out. */
  readonly clock: Clock;
  /** Keys of stored secrets: the first seals, every one opens. Default: none, they are kept as they are. */
  readonly secretKeys?: readonly string[];
}

/** Everything room-state keeps, in schema `room_state`. The tables must be there (`migrations/`). */
export function postgresStore(db: Database<RoomStateSchema>, options: PostgresStoreOptions): Store {
  const rooms = postgresRooms(db, {
    cache: new RoomCache(options.cachedEndpoints),
    documents: new DocumentCache(),
    clock: options.clock,
  });
  return {
    ...rooms,
    ...postgresListing(db, rooms),
    ...postgresUsers(db),
    ...postgresOutbox(db),
    ...postgresLapses(db),
    ...postgresEdges(db),
    ...postgresLeases(db),
    ...postgresEpochs(db),
    ...postgresAccounts(db, sealingWith(options.secretKeys ?? [])),
  };
}
