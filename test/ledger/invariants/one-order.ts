import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/**
 * One order: the sequences seen by all endpoints of a room, and the history, fit into one line. Two sequences disagree
 * exactly when the union of their neighbour relations has a cycle, so the check is a topological sort.
 */
export function oneOrder(index: LedgerIndex): Violation[] {
  const rooms = new Map<string, string[][]>();
  const add = (room: string, line: string[]): void => {
    const lines = rooms.get(room) ?? [];
    rooms.set(room, lines);
    lines.push(line);
  };
  for (const list of index.shown.values()) {
    const first = list[0];
    if (first) add(first.room, withoutRepeats(list.map((entry) => entry.digest)));
  }
  for (const history of index.history) add(history.room, withoutRepeats(history.digests));

  const violations: Violation[] = [];
  for (const [room, lines] of rooms) {
    const stuck = cycleIn(lines);
    if (stuck.length > 0) {
      violations.push({
        invariant: 'one-order',
        message: `${room}: no single order fits what all saw; ${stuck.length} messages stand in a circle, e.g. ${stuck.slice(0, 4).join(', ')}`,
      });
    }
  }
  return violations;
}

/** A repeat is the business of `once`; here it would only hide the order of the rest. */
function withoutRepeats(line: readonly string[]): string[] {
  return [...new Set(line)];
}

/** The messages that no topological sort can place; empty when one order fits all lines. */
function cycleIn(lines: readonly (readonly string[])[]): string[] {
  const next = new Map<string, Set<string>>();
  const before = new Map<string, number>();
  for (const line of lines) {
    for (const [i, digest] of line.entries()) {
      if (!before.has(digest)) before.set(digest, 0);
      const previous = line[i - 1];
      if (previous === undefined) continue;
      const followers = next.get(previous) ?? new Set<string>();
      next.set(previous, followers);
      if (followers.has(digest)) continue;
      followers.add(digest);
      before.set(digest, (before.get(digest) ?? 0) + 1);
    }
  }
  const ready = [...before].filter(([, count]) => count === 0).map(([digest]) => digest);
  for (let digest = ready.pop(); digest !== undefined; digest = ready.pop()) {
    before.delete(digest);
    for (const follower of next.get(digest) ?? []) {
      const count = (before.get(follower) ?? 0) - 1;
      before.set(follower, count);
      if (count === 0) ready.push(follower);
    }
  }
  return [...before.keys()];
}
