import { createConnection } from 'node:net';
import { connectNatsBus } from '@plenary/bus';
import { Account, JoinFailure, openSipEndpoint, type Room, type SipEndpoint } from '@plenary/client';
import { EdgeEntry, EdgeServiceClient, SessionRecord } from '@plenary/proto/edge';
import { openGrpcClient, unary } from '@plenary/service';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ccmpRequest } from '../../conformance/raw/ccmp.js';
import type { Participant } from '../../ledger/run/participant.js';
import { reportOf, violationsOf } from '../../ledger/run/report.js';
import { runLedger } from '../../ledger/run/run-ledger.js';
import { startSystem, type System } from '../../scenarios/runner/system.js';

const room = 'sip:minutes@localhost';
const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
/** What a pod of an edge is given here, from the preStop call to SIGKILL. */
const graceMs = 30_000;
const patience = { timeout: 20_000, interval: 50 };
let system: System | undefined;

afterEach(async () => {
  await system?.stop();
  system = undefined;
}, 60_000);

function processOf(name: string) {
  const found = system?.processes?.get(name);
  if (!found) throw new Error('processes were asked for');
  return found;
}

const healthOf = (name: string, path: string): Promise<number> =>
  fetch(`http://${processOf(name).address('health')}${path}`).then(
    (response) => response.status,
    () => 0,
  );

/** Requests that ccmp is working on, as it says itself. */
async function pendingAtCcmp(): Promise<number> {
  const text = await (await fetch(`http://${processOf('ccmp').address('health')}/metrics`)).text();
  return Number(/^chat_ccmp_pending (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}

/** What the kubelet does with a pod that has to go: the preStop path, then SIGTERM. Tells both ends, and how long it took. */
async function terminate(name: string, preStop: string) {
  const startedMs = performance.now();
  const drained = await healthOf(name, preStop);
  const end = await processOf(name).kill('SIGTERM');
  return { drained, ...end, isInTime: performance.now() - startedMs < graceMs };
}

/** Somebody who only looks on, and tells what the server itself said. */
async function onlooker(endpoint: SipEndpoint, name: string) {
  const notices: string[] = [];
  const account = new Account(endpoint, { uri: `sip:${name}@localhost`, username: name, password: name });
  const stay: Room = await account.join(room, {
    onMessage: ({ octets, isNotice }) => {
      if (isNotice) notices.push(Buffer.from(octets).toString('latin1'));
    },
  });
  return { stay, notices, port: stay.edge?.port ?? 0 };
}

/** Goes on talking until the connection ends; what is accepted meanwhile is owed to everybody else. */
async function talkOn(participant: Participant): Promise<number> {
  for (let accepted = 0; ; accepted++) {
    const outcome = await participant.say(undefined).catch(() => undefined);
    if (outcome?.kind !== 'accepted' || accepted >= 2_000) return accepted;
  }
}

/** Does a connection to it end at once? */
function isTurnedAway(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port), timeout: 5_000 });
    const settle = (isEnded: boolean) => (): void => {
      socket.destroy();
      resolve(isEnded);
    };
    socket.on('close', settle(true)).on('error', settle(true)).on('timeout', settle(false)).resume();
  });
}

/** The registry's entry of an edge, as the focus sees it. */
async function entryOf(natsUrl: string, name: string): Promise<EdgeEntry | undefined> {
  const bus = await connectNatsBus({ servers: [natsUrl], name: 'onlooker' });
  try {
    const bucket = await bus.bucket('edges', 6_000);
    let found: EdgeEntry | undefined;
    const watch = await bucket.watch((_, value) => {
      const entry = value && EdgeEntry.decode(value);
      if (entry?.name === name) found = entry;
    });
    await vi.waitFor(() => expect(found).toBeDefined(), patience).catch(() => undefined);
    watch.unsubscribe();
    return found;
  } finally {
    await bus.close();
  }
}

describe('a pod that has to go', () => {
  it(
    'CHAT-024 CHAT-032 an edge under load: takes nothing new, tells its people, loses and doubles nothing, exits 0',
    { timeout: 180_000 },
    async () => {
      system = await startSystem('processes');
      const { sip } = system;
      const victim = 'msrp-edge-1';
      const other = 'msrp-edge-2';
      const portOf = (name: string): number => Number(processOf(name).address('MSRP').split(':')[1]);
      const natsUrl = processOf(victim).plan.env['NATS_URL'] ?? '';
      const otherPid = processOf(other).pid;
      const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...sip } });
      const onlookers = [await onlooker(endpoint, 'gwen'), await onlooker(endpoint, 'hal')];
      const there = onlookers.find(({ port }) => port === portOf(victim));
      const elsewhere = onlookers.find(({ port }) => port === portOf(other));
      const talkedOn: Promise<number>[] = [];
      let end: Awaited<ReturnType<typeof terminate>> | undefined;
      let draining: unknown;
      const run = await runLedger({
        system,
        room,
        people,
        messages: 900,
        privateEvery: 13,
        halfway: async ({ participants }) => {
          for (const one of participants.filter(({ edgePort }) => edgePort === portOf(victim))) {
            // Nothing is owed to it any more; what it is promised still is.
            one.standAside();
            talkedOn.push(talkOn(one));
          }
          expect(talkedOn.length).toBeGreaterThan(0);
          const stopped = healthOf(victim, '/drain?wait=1');
          const client = openGrpcClient(EdgeServiceClient, processOf(victim).address('gRPC'));
          await vi.waitFor(async () => expect(await healthOf(victim, '/readyz')).toBe(503), patience);
          const [entry, refusal, isAway] = await Promise.all([
            entryOf(natsUrl, victim),
            // An edge that takes sessions would say what is wrong with the record.
            unary(
              client,
              client.reserve,
              { requestId: 'late', record: SessionRecord.fromPartial({}) },
              { deadlineMs: 5_000 },
            ).catch(String),
            isTurnedAway(processOf(victim).address('MSRP')),
          ]);
          client.close();
          draining = { entry: entry?.draining ?? 'gone', refusal, isAway };
          expect(await stopped).toBe(200);
          end = await terminate(victim, '/drain?wait=1');
        },
      });
      process.stdout.write(
        `drain of an edge: ${reportOf(run)}, ${String(await Promise.all(talkedOn))} accepted in the drain\n`,
      );
      expect(end).toEqual({ drained: 200, code: 0, signal: null, isInTime: true });
      expect(draining).toMatchObject({ isAway: true, refusal: expect.stringContaining('UNAVAILABLE') as string });
      expect([true, 'gone']).toContain((draining as { entry: unknown }).entry);
      expect(violationsOf(run)).toEqual([]);
      const witnesses = run.participants.filter(({ isWitness }) => isWitness);
      expect(witnesses.every(({ edgePort }) => edgePort === portOf(other))).toBe(true);
      expect(witnesses.length).toBeGreaterThan(0);
      expect(there?.notices.some((text) => text.includes('going down'))).toBe(true);
      expect(elsewhere?.notices.some((text) => text.includes('going down'))).toBe(false);
      expect(processOf(other).pid).toBe(otherPid);
      const late = await onlooker(endpoint, 'ivy');
      expect(late.port).toBe(portOf(other));
      await late.stay.leave();
      await elsewhere?.stay.leave();
      await endpoint.close();
    },
  );

  it(
    'killed instead of drained, an edge tells nobody: what the test above looks at is the drain',
    { timeout: 120_000 },
    async () => {
      system = await startSystem('processes');
      const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...system.sip } });
      const gwen = await onlooker(endpoint, 'gwen');
      const victim = ['msrp-edge-1', 'msrp-edge-2'].find((name) =>
        processOf(name)
          .address('MSRP')
          .endsWith(`:${String(gwen.port)}`),
      );
      expect(await processOf(victim ?? '').kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      // Its connection is gone, so nothing more can come.
      await expect(gwen.stay.send({ contentType: 'text/plain', content: 'x' }).outcome).resolves.not.toMatchObject({
        kind: 'accepted',
      });
      expect(gwen.notices.some((text) => text.includes('going down'))).toBe(false);
      await endpoint.close();
    },
  );

  it(
    'CHAT-024 HIST-001 history: finishes the batch in hand; what it kept is neither lost nor kept again',
    { timeout: 180_000 },
    async () => {
      system = await startSystem('processes');
      let end: Awaited<ReturnType<typeof terminate>> | undefined;
      const run = await runLedger({
        system,
        room,
        people: people.slice(0, 4),
        messages: 800,
        halfway: async () => {
          end = await terminate('history', '/drain?wait=1');
          await processOf('history').start();
        },
      });
      expect(end).toEqual({ drained: 200, code: 0, signal: null, isInTime: true });
      expect(violationsOf(run)).toEqual([]);
      const page = await (await fetch(`http://${processOf('history').address('health')}/metrics`)).text();
      const rows = (result: string): number =>
        Number(
          new RegExp(`^chat_history_rows_total\\{[^}]*result="${result}"[^}]*\\} (\\S+)`, 'm').exec(page)?.[1] ?? 0,
        );
      // The drained process acknowledged all it had written: nothing of it comes a second time.
      expect(rows('duplicate')).toBe(0);
      expect(rows('stored')).toBeGreaterThan(0);
    },
  );

  it('focus: whoever was let in is in, whoever comes after gets 503, nobody hangs', { timeout: 120_000 }, async () => {
    system = await startSystem('processes');
    const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...system.sip } });
    const join = (name: string): Promise<Room> =>
      new Account(endpoint, { uri: `sip:${name}@localhost`, username: name, password: name }).join(room, {
        onMessage: () => undefined,
      });
    const joins = Array.from({ length: 24 }, (_, n) => join(`guest${n}`));
    await Promise.race(joins);
    const drained = healthOf('focus', '/drain?wait=1');
    const settled = await Promise.allSettled(joins);
    const inside = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(inside.length).toBeGreaterThan(0);
    for (const stay of inside)
      expect((await stay.send({ contentType: 'text/plain', content: 'here' }).outcome).kind).toBe('accepted');
    expect(refused.map((reason) => (reason instanceof JoinFailure ? reason.status : reason))).toEqual(
      refused.map(() => 503),
    );
    expect(await drained).toBe(200);
    expect(await healthOf('focus', '/readyz')).toBe(503);
    await expect(join('late')).rejects.toMatchObject({ status: 503 });
    expect(await processOf('focus').kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await processOf('focus').start();
    await endpoint.close();
  });

  it('ccmp: a request at work is answered before it goes, and no new one is taken', { timeout: 120_000 }, async () => {
    system = await startSystem('processes');
    const url = `http://${processOf('ccmp').address('CCMP')}/ccmp`;
    const body =
      '<?xml version="1.0"?><ccmp:ccmpRequest xmlns:ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
      '<ccmpRequest xsi:type="ccmp:ccmp-options-request-message-type"/></ccmp:ccmpRequest>';
    const ask = (): Promise<Response> =>
      fetch(url, { method: 'POST', headers: { 'content-type': 'application/ccmp+xml' }, body });
    expect((await ask()).status).toBeLessThan(500);
    const roomState = processOf('room-state');
    const users = ccmpRequest('confs', {
      subject: { username: 'alice', password: 'alice' },
      confUserID: 'xcon-userid:alice@localhost',
    });
    roomState.signal('SIGSTOP');
    let drained: Promise<number> | undefined;
    let answer: Promise<Response> | undefined;
    try {
      answer = fetch(url, { method: 'POST', headers: { 'content-type': 'application/ccmp+xml' }, body: users });
      // It stands in the question to room-state, which stands still.
      await vi.waitFor(async () => expect(await pendingAtCcmp()).toBe(1), patience);
      drained = healthOf('ccmp', '/drain?wait=1');
      await vi.waitFor(async () => expect(await healthOf('ccmp', '/readyz')).toBe(503), patience);
      expect(await isTurnedAway(processOf('ccmp').address('CCMP'))).toBe(true);
    } finally {
      roomState.signal('SIGCONT');
    }
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/response-code>200</);
    expect(await drained).toBe(200);
    expect(await processOf('ccmp').kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await processOf('ccmp').start();
  });
});
