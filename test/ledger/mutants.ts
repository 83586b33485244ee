import { indexOf } from './index-of.js';
import type { Random } from './model-run.js';
import type { KeptHistory, LedgerEntry, ReceivedEntry, Recording } from './record.js';
import type { InvariantName } from './violation.js';

/** One way in which a chat server may fail, done to the recording of a run that did not. */
export interface Mutant {
  readonly name: string;
  /** The invariant that has to notice. */
  readonly killedBy: InvariantName;
  mutate(recording: Recording, random: Random): Recording;
}

const steady = new Set(['a1', 'b1', 'b2', 'c1']);

export const mutants: readonly Mutant[] = [
  {
    name: 'a copy to one endpoint is lost',
    killedBy: 'kept',
    mutate: (recording, random) => {
      const victim = pick(
        ownedReceipts(recording).filter((entry) => isPublic(recording, entry.digest)),
        random,
      );
      return withEntries(recording, (entry) => (sameCopy(entry, victim) ? [] : [entry]));
    },
  },
  {
    name: 'a private message reaches no device of its audience',
    killedBy: 'kept',
    mutate: (recording, random) => {
      const victim = pick(
        ownedReceipts(recording).filter((entry) => !isPublic(recording, entry.digest)),
        random,
      );
      return withEntries(recording, (entry) =>
        entry.type === 'received' && entry.digest === victim.digest ? [] : [entry],
      );
    },
  },
  {
    name: 'a message is stored and sent out a second time',
    killedBy: 'once',
    mutate: (recording, random) => {
      const victim = pick(ownedReceipts(recording), random);
      return withEntries(recording, (entry) =>
        entry === victim ? [entry, { ...victim, messageId: 'tag.again' }] : [entry],
      );
    },
  },
  {
    name: 'one endpoint sees two messages of different senders the other way round',
    killedBy: 'one-order',
    mutate: (recording, random) => swapNeighbours(recording, random, false),
  },
  {
    name: 'one endpoint sees two messages of one sender the other way round',
    killedBy: 'sender-order',
    mutate: (recording, random) => swapNeighbours(recording, random, true),
  },
  {
    name: 'octets are lost on the way to one endpoint',
    killedBy: 'unchanged',
    mutate: (recording, random) => {
      const victim = pick(ownedReceipts(recording), random);
      return withEntries(recording, (entry) => (entry === victim ? [{ ...victim, bytes: victim.bytes - 1 }] : [entry]));
    },
  },
  {
    name: 'octets are changed on the way to one endpoint',
    killedBy: 'nothing-invented',
    mutate: (recording, random) => {
      const victim = pick(ownedReceipts(recording), random);
      return withEntries(recording, (entry) => (entry === victim ? [{ ...victim, digest: 'garbled' }] : [entry]));
    },
  },
  {
    name: 'two messages share a Message-ID',
    killedBy: 'unchanged',
    mutate: (recording, random) => {
      const [first, second] = twoPublic(recording, random);
      const id = ownedReceipts(recording).find((entry) => entry.digest === first)?.messageId ?? '';
      return withEntries(recording, (entry) =>
        entry.type === 'received' && entry.digest === second ? [{ ...entry, messageId: id }] : [entry],
      );
    },
  },
  {
    name: 'a refused message is delivered',
    killedBy: 'refused-is-nothing',
    mutate: (recording, random) => {
      const victim = pick(ownedReceipts(recording), random);
      return withEntries(recording, (entry) =>
        entry === victim ? [entry, { ...victim, digest: 'm1', bytes: 101, messageId: 'tag.refused' }] : [entry],
      );
    },
  },
  {
    name: 'a refused message is kept',
    killedBy: 'refused-is-nothing',
    mutate: (recording) => withHistory(recording, (digests) => [...digests, 'm1']),
  },
  {
    name: 'a private message is shown to a third person',
    killedBy: 'private-stays-private',
    mutate: (recording, random) => {
      const message = pick(
        [...indexOf(recording).sent.values()].filter((sent) => sent.audience !== undefined),
        random,
      );
      const third = ['alice', 'bob', 'carol'].find((name) => name !== message.audience && name !== message.participant);
      const leak: LedgerEntry = {
        type: 'received',
        participant: third ?? 'dave',
        endpoint: 'x1',
        room: message.room,
        digest: message.digest,
        bytes: message.bytes,
        messageId: 'tag.leak',
        at: recording.entries.length,
      };
      return { ...recording, entries: [...recording.entries, leak] };
    },
  },
  {
    name: 'a private message stands in history',
    killedBy: 'private-stays-private',
    mutate: (recording, random) => {
      const message = pick(
        [...indexOf(recording).sent.values()].filter((sent) => sent.audience !== undefined),
        random,
      );
      return withHistory(recording, (digests) => [...digests, message.digest]);
    },
  },
  {
    name: 'a late joiner misses one in the middle',
    killedBy: 'no-holes',
    mutate: (recording, random) => {
      const dave = recording.entries.filter(
        (entry): entry is ReceivedEntry =>
          entry.type === 'received' && entry.endpoint === 'd1' && isPublic(recording, entry.digest),
      );
      const victim = pick(dave.slice(1, -1), random);
      return withEntries(recording, (entry) => (sameCopy(entry, victim) ? [] : [entry]));
    },
  },
  {
    name: 'history lacks a message',
    killedBy: 'history-equal',
    mutate: (recording, random) => {
      const [victim] = twoPublic(recording, random);
      return withHistory(recording, (digests) => digests.filter((digest) => digest !== victim));
    },
  },
  {
    name: 'history holds a message twice',
    killedBy: 'history-equal',
    mutate: (recording, random) => {
      const [victim] = twoPublic(recording, random);
      return withHistory(recording, (digests) => [...digests, victim]);
    },
  },
  {
    name: 'history has another order than the people saw',
    killedBy: 'one-order',
    mutate: (recording, random) => {
      const [first, second] = twoPublic(recording, random);
      return withHistory(recording, (digests) =>
        digests.map((digest) => (digest === first ? second : digest === second ? first : digest)),
      );
    },
  },
  {
    name: 'history holds what nobody sent',
    killedBy: 'nothing-invented',
    mutate: (recording) => withHistory(recording, (digests) => [...digests, 'ghost']),
  },
];

function pick<T>(from: readonly T[], random: Random): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error('the model run gives this mutant nothing to change');
  return chosen;
}

function isPublic(recording: Recording, digest: string): boolean {
  return recording.entries.some(
    (entry) => entry.type === 'sent' && entry.digest === digest && entry.audience === undefined,
  );
}

function isAccepted(recording: Recording, digest: string): boolean {
  return recording.entries.some(
    (entry) => entry.type === 'answered' && entry.digest === digest && entry.outcome.kind === 'accepted',
  );
}

/** Receipts of accepted messages by endpoints that were there all the time. */
function ownedReceipts(recording: Recording): ReceivedEntry[] {
  return recording.entries.filter(
    (entry): entry is ReceivedEntry =>
      entry.type === 'received' && steady.has(entry.endpoint) && isAccepted(recording, entry.digest),
  );
}

/** Two accepted room messages, in the order they were said, that a witness of both exists for. */
function twoPublic(recording: Recording, random: Random): [string, string] {
  const witness = ownedReceipts(recording).filter(
    (entry) => entry.endpoint === 'c1' && isPublic(recording, entry.digest),
  );
  const digests = [...new Set(witness.map((entry) => entry.digest))];
  const start = Math.floor(random() * (digests.length - 1));
  const pair = digests.slice(start, start + 2);
  if (pair[0] === undefined || pair[1] === undefined) throw new Error('the model run is too short');
  return [pair[0], pair[1]];
}

function sameCopy(entry: LedgerEntry, copy: ReceivedEntry): boolean {
  return entry.type === 'received' && entry.digest === copy.digest && entry.endpoint === copy.endpoint;
}

function withEntries(recording: Recording, change: (entry: LedgerEntry) => readonly LedgerEntry[]): Recording {
  return { ...recording, entries: recording.entries.flatMap(change) };
}

function withHistory(recording: Recording, change: (digests: readonly string[]) => readonly string[]): Recording {
  const history: KeptHistory[] = recording.history.map((kept) => ({ ...kept, digests: change(kept.digests) }));
  return { ...recording, history };
}

/** Swaps what one endpoint saw at two places; of one sending endpoint or of two. */
function swapNeighbours(recording: Recording, random: Random, sameSender: boolean): Recording {
  const senders = new Map(
    recording.entries.flatMap((entry) => (entry.type === 'sent' ? [[entry.digest, entry.endpoint] as const] : [])),
  );
  const line = ownedReceipts(recording).filter((entry) => entry.endpoint === 'c1' && isPublic(recording, entry.digest));
  const pairs: [ReceivedEntry, ReceivedEntry][] = [];
  for (const first of line) {
    const second = line.find(
      (entry) =>
        entry.at > first.at &&
        entry.digest !== first.digest &&
        (senders.get(entry.digest) === senders.get(first.digest)) === sameSender,
    );
    if (second && othersSaw(recording, first.digest, second.digest)) pairs.push([first, second]);
  }
  const [first, second] = pick(pairs, random);
  return withEntries(recording, (entry) => {
    if (entry.type !== 'received' || entry.endpoint !== 'c1') return [entry];
    if (entry.digest === first.digest) return [{ ...second, at: entry.at }];
    if (entry.digest === second.digest) return [{ ...first, at: entry.at }];
    return [entry];
  });
}

function othersSaw(recording: Recording, first: string, second: string): boolean {
  const both = recording.history.some((kept) => kept.digests.includes(first) && kept.digests.includes(second));
  return both;
}
