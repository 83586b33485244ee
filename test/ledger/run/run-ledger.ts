import { openSipEndpoint, type SipEndpoint } from '@plenary/client';
import { Client } from 'pg';
import { judge, summary } from '../judge.js';
import { Ledger, type Recording } from '../record.js';
import type { Violation } from '../violation.js';
import { digestOf, Participant } from './participant.js';

export interface LedgerRunOptions {
  readonly system: {
    readonly sip: { readonly host: string; readonly port: number };
    readonly databaseUrl: string;
  };
  /** URI of a room that is logged. */
  readonly room: string;
  /** Those who talk; each joins after the one before. */
  readonly people: readonly string[];
  /** Messages of all together. */
  readonly messages: number;
  /** Messages of one sender under way at once. Default 8. */
  readonly window?: number | undefined;
  /** Every so many messages one goes to a single other person. Default: none. */
  readonly privateEvery?: number | undefined;
  /** Runs once when half of the messages are answered for; the talk goes on meanwhile. */
  readonly halfway?: ((run: HalfwayRun) => Promise<void>) | undefined;
  /** How long the last copies and rows may take. Default 60 s. */
  readonly settleMs?: number | undefined;
}

/** What can be done to a run from outside. */
export interface HalfwayRun {
  readonly participants: readonly Participant[];
}

export interface LedgerRun {
  readonly recording: Recording;
  readonly violations: readonly Violation[];
  readonly summary: ReturnType<typeof summary>;
  readonly participants: readonly Participant[];
  /** Of the room, in the order of the database. */
  readonly history: readonly { readonly seq: bigint; readonly digest: string; readonly sender: string }[];
  readonly seconds: number;
}

/** Real people talk in a logged room; the ledger of it is judged against what everybody saw and what PostgreSQL kept. */
export async function runLedger(options: LedgerRunOptions): Promise<LedgerRun> {
  const ledger = new Ledger();
  const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...options.system.sip } });
  const database = new Client({ connectionString: options.system.databaseUrl });
  await database.connect();
  const turn = new Turn();
  const changed = (): void => {
    turn.changed();
  };
  const participants = options.people.map((name) => new Participant(name, options.room, ledger, changed));
  const startedMs = performance.now();
  try {
    for (const participant of participants) await participant.join(endpoint);
    await talk(participants, options);
    await settled(participants, ledger, turn, options);
    const history = await historyOf(database, options, ledger);
    ledger.kept({ room: options.room, digests: history.map(({ digest }) => digest) });
    const recording = ledger.snapshot();
    return {
      recording,
      violations: judge(recording),
      summary: summary(recording),
      participants,
      history,
      seconds: (performance.now() - startedMs) / 1_000,
    };
  } finally {
    await close(endpoint, participants, database);
  }
}

/** Everybody sends a share, `window` messages under way at once; whoever was told to stand aside falls silent. */
async function talk(participants: readonly Participant[], options: LedgerRunOptions): Promise<void> {
  const { messages, window = 8, privateEvery = 0, halfway } = options;
  const state = { left: messages, answered: 0 };
  const middle: { promise?: Promise<void> } = {};
  const lane = async (sender: Participant): Promise<void> => {
    while (state.left > 0 && sender.isWitness) {
      const n = state.left--;
      const others = participants.filter((one) => one !== sender && one.isWitness);
      const isPrivate = privateEvery > 0 && n % privateEvery === 0;
      await sender.say(isPrivate ? others[n % others.length]?.name : undefined);
      state.answered++;
      if (state.answered >= messages / 2) middle.promise ??= halfway?.({ participants }) ?? Promise.resolve();
    }
  };
  const lanes = participants.flatMap((sender) => Array.from({ length: window }, () => sender));
  await Promise.all(lanes.map(lane));
  await middle.promise;
}

/** Waits until every witness has what it is owed. What does not come is the judge's business, so a late copy is no error here. */
async function settled(
  participants: readonly Participant[],
  ledger: Ledger,
  turn: Turn,
  { settleMs = 60_000 }: LedgerRunOptions,
): Promise<void> {
  const accepted = new Set<string>();
  for (const entry of ledger.entries)
    if (entry.type === 'answered' && entry.outcome.kind === 'accepted') accepted.add(entry.digest);
  const joinedAt = new Map<string, number>();
  for (const entry of ledger.entries) if (entry.type === 'joined') joinedAt.set(entry.participant, entry.at);
  const owed = ledger.entries.flatMap((entry) =>
    entry.type === 'sent' && accepted.has(entry.digest)
      ? participants
          .filter(
            ({ name }) =>
              name !== entry.participant &&
              (entry.audience ?? name) === name &&
              (joinedAt.get(name) ?? Number.POSITIVE_INFINITY) < entry.at,
          )
          .map((participant) => ({ participant, digest: entry.digest }))
      : [],
  );
  await turn.until(
    () => owed.every(({ participant, digest }) => !participant.isWitness || participant.received.has(digest)),
    settleMs,
  );
}

/** The rows of the room, once there are as many as were accepted for everybody, or no more come. */
async function historyOf(
  database: Client,
  { room, settleMs = 60_000 }: LedgerRunOptions,
  ledger: Ledger,
): Promise<LedgerRun['history']> {
  const audience = new Map<string, string | undefined>();
  for (const entry of ledger.entries) if (entry.type === 'sent') audience.set(entry.digest, entry.audience);
  const wanted = ledger.entries.filter(
    (entry) =>
      entry.type === 'answered' && entry.outcome.kind === 'accepted' && audience.get(entry.digest) === undefined,
  ).length;
  const ours = new Set(audience.keys());
  const deadline = Date.now() + settleMs;
  for (;;) {
    const { rows } = await database.query<{ seq: string; octets: Buffer; sender_entity: string }>(
      `select m.seq, m.octets, m.sender_entity from history.message m join room_state.rooms r on r.id = m.room_id
       where r.conference_uri = $1 order by m.epoch, m.seq`,
      [room],
    );
    const history = rows.map(({ seq, octets, sender_entity: sender }) => ({
      seq: BigInt(seq),
      digest: digestOf(octets),
      sender,
    }));
    const held = history.filter(({ digest }) => ours.has(digest)).length;
    if (held >= wanted || Date.now() > deadline) return history;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

async function close(endpoint: SipEndpoint, participants: readonly Participant[], database: Client): Promise<void> {
  await Promise.all(participants.map((participant) => participant.leave()));
  await endpoint.close();
  await database.end();
}

/** Looks at something again whenever it may have changed, once a turn. */
class Turn {
  #look: (() => void) | undefined;
  #isDue = false;

  changed(): void {
    if (this.#isDue || !this.#look) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#look?.();
    });
  }

  until(isSo: () => boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#look = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#look = () => {
        if (isSo()) done();
      };
      this.#look();
    });
  }
}
