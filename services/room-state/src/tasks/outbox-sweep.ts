import type { Events } from '../events.js';
import type { StatePublisher } from '../producers/state-events.js';
import type { OutboxStore } from '../store/interface.js';

/**
 * Publishes what the replica that committed it did not (it crashed, or the log did not answer), and reads the backlog
 * for the metrics. `olderThanMs` leaves a living replica the time to do it itself.
 */
export async function sweepOutbox(
  outbox: OutboxStore,
  publisher: StatePublisher,
  events: Events,
  olderThanMs: number,
): Promise<void> {
  const swept = await outbox.sweepOutbox(olderThanMs, (row) => publisher.publishRow(row));
  if (swept > 0) events.swept(swept);
  const { pending, oldestSeconds } = await outbox.outboxBacklog();
  events.backlog(pending, oldestSeconds);
}
