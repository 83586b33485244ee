import { indexOf } from './index-of.js';
import { historyEqual } from './invariants/history-equal.js';
import { kept } from './invariants/kept.js';
import { noHoles } from './invariants/no-holes.js';
import { nothingInvented, refusedIsNothing } from './invariants/nothing-invented.js';
import { once } from './invariants/once.js';
import { oneOrder } from './invariants/one-order.js';
import { privateStaysPrivate } from './invariants/private-stays-private.js';
import { senderOrder } from './invariants/sender-order.js';
import { unchanged } from './invariants/unchanged.js';
import type { Recording } from './record.js';
import type { Violation } from './violation.js';

const invariants = [
  kept,
  once,
  oneOrder,
  senderOrder,
  unchanged,
  nothingInvented,
  refusedIsNothing,
  privateStaysPrivate,
  noHoles,
  historyEqual,
];

/** Judges a finished recording; an empty list means every invariant held. */
export function judge(recording: Recording): Violation[] {
  const index = indexOf(recording);
  return invariants.flatMap((invariant) => invariant(index));
}

/** What a recording amounts to, for the line a test prints beside the verdict. */
export function summary(recording: Recording): {
  sent: number;
  accepted: number;
  refused: number;
  unanswered: number;
  received: number;
  kept: number;
} {
  const index = indexOf(recording);
  const outcomes = [...index.sent.keys()].map((digest) => index.outcome.get(digest)?.kind ?? 'unanswered');
  return {
    sent: index.sent.size,
    accepted: outcomes.filter((kind) => kind === 'accepted').length,
    refused: outcomes.filter((kind) => kind === 'refused').length,
    unanswered: outcomes.filter((kind) => kind === 'unanswered').length,
    received: index.received.length,
    kept: index.history.reduce((sum, history) => sum + history.digests.length, 0),
  };
}
