import type { LedgerIndex } from '../index-of.js';
import type { Violation } from '../violation.js';

/**
 * One order: the sequences seen by all endpoints of a room, and the history, fit into one line. Two sequences disagree
 * exactly when the union of their neighbour relations has a cycle, so the check is a topological sort.
 */
export function oneOrder(index: LedgerIndex): Violation[] {
  const rooms = new Map<string, Line[]>();
  const add = (room: string, who: string, digests: readonly string[]): void => {
    const lines = rooms.get(room) ?? [];
    rooms.set(room, lines);
    lines.push({ who, digests: withoutRepeats(digests) });
  };
  for (const list of index.shown.values()) {
    const first = list[0];
    if (first)
      add(
        first.room,
        `${first.participant}/${first.endpoint}`,
        list.map((entry) => entry.digest),
      );
  }
  for (const history of index.history) add(history.room, 'history', history.digests);

  const violations: Violation[] = [];
  for (const [room, lines] of rooms) {
    const stuck = cycleIn(lines.map((line) => line.digests));
    if (stuck.length > 0) {
      violations.push({
        invariant: 'one-order',
        message: `${room}: no single order fits what all saw: ${disagreement(lines) ?? `${stuck.length} messages stand in a circle, e.g. ${stuck.slice(0, 4).join(', ')}`}`,
      });
    }
  }
  return violations;
}

/** What one endpoint saw, or history holds, in its order. */
interface Line {
  readonly who: string;
  readonly digests: readonly string[];
}

/** Two lines that have two messages the other way round, if it is as plain as that. */
function disagreement(lines: readonly Line[]): string | undefined {
  for (const [n, one] of lines.entries()) {
    const places = new Map(one.digests.map((digest, place) => [digest, place]));
    for (const other of lines.slice(n + 1)) {
      const common = other.digests.filter((digest) => places.has(digest));
      for (const [i, later] of common.entries()) {
        const earlier = common[i - 1];
        if (earlier === undefined || places.get(earlier)! < places.get(later)!) continue;
        const at = (line: Line): string =>
          `${line.digests.indexOf(earlier)}. and ${line.digests.indexOf(later)}. of ${line.digests.length}`;
        return `${other.who} saw ${earlier} before ${later} (${at(other)}), ${one.who} after it (${at(one)})`;
      }
    }
  }
  return undefined;
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
