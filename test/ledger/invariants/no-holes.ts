import type { LedgerIndex } from '../index-of.js';
import type { ReceivedEntry } from '../record.js';
import type { Violation } from '../violation.js';

/** Lines that are compared with every other one: the longest of this many participants see all there is to see. */
const witnessCount = 8;

/**
 * Membership is a stretch of the room's order: whoever came late or left early got every room message that others saw
 * after one of the messages shown to it and before another one, except those of its own participant.
 */
export function noHoles(index: LedgerIndex): Violation[] {
  const violations: Violation[] = [];
  for (const room of new Set(index.stays.map((stay) => stay.room))) {
    const lines = [...index.shown.values()].filter((line) => line[0]?.room === room);
    const witnesses = witnessesOf(lines, index, room);
    for (const line of lines) {
      const first = line[0];
      if (!first) continue;
      const got = new Set(line.map((entry) => entry.digest));
      const after = new Set<string>();
      const before = new Set<string>();
      for (const witness of witnesses) {
        const from = witness.findIndex((digest) => got.has(digest));
        const to = witness.findLastIndex((digest) => got.has(digest));
        if (from === -1) continue;
        for (const digest of witness.slice(from)) after.add(digest);
        for (const digest of witness.slice(0, to)) before.add(digest);
      }
      for (const digest of after) {
        const sent = index.sent.get(digest);
        if (!before.has(digest) || got.has(digest) || !sent) continue;
        if (sent.audience !== undefined || sent.participant === first.participant) continue;
        violations.push({
          invariant: 'no-holes',
          message: `${digest} is missing in the middle of what ${first.participant}/${first.endpoint} was shown`,
        });
      }
    }
  }
  return violations;
}

function witnessesOf(lines: readonly (readonly ReceivedEntry[])[], index: LedgerIndex, room: string): string[][] {
  const longest = new Map<string, readonly ReceivedEntry[]>();
  for (const line of lines) {
    const participant = line[0]?.participant ?? '';
    if ((longest.get(participant)?.length ?? 0) < line.length) longest.set(participant, line);
  }
  const chosen = [...longest.values()].toSorted((a, b) => b.length - a.length).slice(0, witnessCount);
  const histories = index.history.filter((history) => history.room === room).map((history) => [...history.digests]);
  return [...chosen.map((line) => line.map((entry) => entry.digest)), ...histories];
}
