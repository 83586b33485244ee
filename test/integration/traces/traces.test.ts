import { attributeNames } from '@plenary/telemetry';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violationsOf } from '../../ledger/run/report.js';
import { runLedger, type LedgerRun } from '../../ledger/run/run-ledger.js';
import { startSystem, type Settings, type System, type SystemKind } from '../../scenarios/runner/system.js';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

function traced(endpoint: string, ratio: string): Settings {
  const here = { PLENARY_TRACE_ENDPOINT: endpoint };
  const begins = { ...here, PLENARY_TRACE_RATIO: ratio };
  return { focus: begins, 'msrp-edge': begins, ccmp: begins, 'room-state': here, history: here };
}

async function receiver(): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver();
  open.push(() => started.close());
  return started;
}

async function system(kind: SystemKind, settings: Settings): Promise<{ readonly sut: System; stop(): Promise<void> }> {
  const sut = await startSystem(kind, settings);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= sut.stop());
  open.push(stop);
  return { sut, stop };
}

function talk(sut: System, people: readonly string[], messages: number): Promise<LedgerRun> {
  return runLedger({ system: sut, room: 'sip:minutes@localhost', people, messages });
}

const everybody = ['alice', 'bob', 'carol', 'dave', 'erin'];

function named(spans: readonly ReceivedSpan[], name: string): ReceivedSpan[] {
  return spans.filter((span) => span.name === name);
}

/** The span this one stands under, in the same trace. */
function parentOf(span: ReceivedSpan | undefined, spans: readonly ReceivedSpan[]): ReceivedSpan | undefined {
  return spans.find(({ traceId, spanId }) => traceId === span?.traceId && spanId === span.parentSpanId);
}

describe('traces of the running system', () => {
  it.each<SystemKind>(['nats', 'memory'])(
    'follow a join and a message through every service, on %s',
    { timeout: 120_000 },
    async (kind) => {
      const otlp = await receiver();
      const { sut, stop } = await system(kind, traced(otlp.url, '1'));
      const run = await talk(sut, everybody, 10);
      expect(violationsOf(run)).toEqual([]);
      // What waits to be sent is sent when a service stops.
      await stop();
      const { spans } = otlp;

      const invites = named(spans, 'SIP INVITE').filter(({ attributes }) => attributes['sip.status_code'] === 200);
      expect(invites).toHaveLength(everybody.length);
      for (const invite of invites) {
        expect(invite.parentSpanId).toBeUndefined();
        const join = spans.filter(({ traceId }) => traceId === invite.traceId);
        for (const [name, service] of [
          ['roomstate.Admit', 'room-state'],
          ['edge.Reserve', 'msrp-edge'],
        ] as const) {
          const [client] = named(join, name).filter((span) => span.kind === 3);
          const [server] = named(join, name).filter((span) => span.kind === 2);
          expect(client, name).toMatchObject({ service: 'focus', parentSpanId: invite.spanId });
          expect(server, name).toMatchObject({ service, parentSpanId: client?.spanId });
        }
        expect(named(join, 'roomstate.Join').length).toBeGreaterThanOrEqual(2);
        expect(parentOf(named(join, 'roomstate.tx')[0], join)?.service).toBe('room-state');
      }

      const sends = named(spans, 'MSRP SEND').filter(({ attributes }) => attributes['msrp.status_code'] === 200);
      expect(sends).toHaveLength(run.summary.accepted);
      const bySeq = sends.toSorted((a, b) => Number(a.attributes['chat.seq']) - Number(b.attributes['chat.seq']));
      // Everybody's first word comes with the join.
      const afterAllJoined = new Set(bySeq.slice(-10));
      const joins = new Set(invites.map(({ traceId }) => traceId));
      for (const send of sends) {
        expect(send.links.map(({ traceId }) => joins.has(traceId))).toEqual([true]);
        const message = spans.filter(({ traceId }) => traceId === send.traceId);
        const [publish, ...others] = named(message, 'publish chat.in');
        expect(others).toEqual([]);
        expect(publish).toMatchObject({ kind: 4, parentSpanId: send.spanId });
        // One per edge that serves the room, however many people are there: their number is an attribute.
        const processed = named(message, 'process chat.out');
        const edges = processed.map(({ instance }) => instance).toSorted();
        if (afterAllJoined.has(send)) expect(edges).toEqual(['msrp-edge-1', 'msrp-edge-2']);
        else expect(edges).toEqual([...new Set(edges)]);
        const delivered = named(message, 'deliver');
        expect(delivered.length).toBeLessThanOrEqual(2);
        const recipients = delivered.reduce((sum, { attributes }) => sum + Number(attributes['chat.recipients']), 0);
        expect(recipients).toBeLessThanOrEqual(everybody.length - 1);
        const kept = named(message, 'process chat.in');
        expect(kept).toHaveLength(1);
        expect(kept[0]?.service).toBe('history');
        for (const span of [...processed, ...kept]) {
          expect(span).toMatchObject({ kind: 5, parentSpanId: publish?.spanId });
          expect(span.links).toContainEqual(expect.objectContaining({ spanId: publish?.spanId }));
        }
        for (const span of delivered) expect(processed).toContain(parentOf(span, message));
        expect(message).toHaveLength(2 + processed.length + delivered.length + 1);

        // Found by either Message-ID.
        for (const attribute of ['chat.message_id.in', 'chat.message_id.out'] as const) {
          const found = spans.filter(({ attributes }) => attributes[attribute] === send.attributes[attribute]);
          expect(send.attributes[attribute], attribute).toMatch(/^.{4,}$/);
          expect(new Set(found.map(({ traceId }) => traceId))).toEqual(new Set([send.traceId]));
        }
      }
      expect(named(spans, 'deliver').some(({ attributes }) => Number(attributes['chat.recipients']) > 1)).toBe(true);
      expect(named(spans, 'history.batch').length).toBeGreaterThan(0);

      const known: ReadonlySet<string> = new Set(attributeNames);
      const used = new Set(spans.flatMap(({ attributes }) => Object.keys(attributes)));
      expect([...used].filter((name) => !known.has(name))).toEqual([]);
      const text = otlp.text();
      for (const secret of [...everybody, 'sip:', 'msrp:', 'xcon-userid', 'minutes', 'localhost', '127.0.0.1'])
        expect(text, secret).not.toContain(secret);
    },
  );

  it('make no span where none is sampled', { timeout: 120_000 }, async () => {
    const otlp = await receiver();
    const { sut, stop } = await system('memory', traced(otlp.url, '0'));
    const run = await talk(sut, ['alice', 'bob'], 6);
    expect(violationsOf(run)).toEqual([]);
    await stop();
    expect(otlp.spans).toEqual([]);
  });

  it('cost nothing but themselves while their receiver is away', { timeout: 120_000 }, async () => {
    const otlp = await startOtlpReceiver();
    await otlp.close();
    const { sut, stop } = await system('memory', traced(otlp.url, '1'));
    const run = await talk(sut, ['alice', 'bob', 'carol'], 30);
    expect(violationsOf(run)).toEqual([]);
    expect(run.summary.accepted).toBeGreaterThanOrEqual(30);
    await vi.waitFor(stop, { timeout: 60_000 });
  });
});
