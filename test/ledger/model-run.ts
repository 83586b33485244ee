import { Ledger, type Recording } from './record.js';

/** A source of numbers in [0, 1): the run is a function of it. */
export type Random = () => number;

export interface ModelRunOptions {
  readonly random: Random;
  readonly messages: number;
}

/**
 * Makes the recording of a run in which everything held: four people (one on two devices), one who joins late, one who
 * leaves early, private messages, a refused and an unanswered one, repeats after a migration, and the history. The
 * mutants change such a recording in one way each.
 */
export function modelRun({ random, messages }: ModelRunOptions): Recording {
  const ledger = new Ledger();
  const room = 'sip:minutes@localhost';
  const always = [
    { participant: 'alice', endpoint: 'a1' },
    { participant: 'bob', endpoint: 'b1' },
    { participant: 'bob', endpoint: 'b2' },
    { participant: 'carol', endpoint: 'c1' },
  ];
  const late = { participant: 'dave', endpoint: 'd1' };
  const early = { participant: 'erin', endpoint: 'e1' };
  for (const endpoint of [...always, early]) ledger.joined({ ...endpoint, room });
  let present = [...always, early];
  const history: string[] = [];

  for (let n = 0; n < messages; n++) {
    if (n === Math.floor(messages / 3)) {
      ledger.joined({ ...late, room });
      present = [...present, late];
    }
    if (n === Math.floor((2 * messages) / 3)) {
      ledger.leaving({ ...early, room });
      present = present.filter((endpoint) => endpoint !== early);
    }
    const sender = always[Math.floor(random() * always.length)] ?? always[0]!;
    const digest = `m${n}`;
    const kind = n === 1 ? 'refused' : n === 2 ? 'unanswered' : 'accepted';
    const others = always.filter((endpoint) => endpoint.participant !== sender.participant);
    const isPrivate = n > 2 && random() < 0.2;
    const audience = isPrivate ? others[Math.floor(random() * others.length)]?.participant : undefined;
    ledger.sent({ ...sender, room, digest, bytes: 100 + n, audience });
    if (kind === 'refused') {
      ledger.answered(digest, { kind: 'refused', status: 403 });
      continue;
    }
    if (audience === undefined) history.push(digest);
    for (const endpoint of present) {
      if (endpoint.participant === sender.participant) continue;
      if (audience !== undefined && endpoint.participant !== audience) continue;
      const copy = { ...endpoint, room, digest, bytes: 100 + n, messageId: `tag.${n.toString(36)}` };
      ledger.received(copy);
      if (random() < 0.05) ledger.received(copy);
    }
    ledger.answered(digest, kind === 'accepted' ? { kind } : { kind: 'unanswered' });
  }
  ledger.kept({ room, digests: history });
  return ledger.snapshot();
}

/** A small repeatable generator (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
