/**
 * Sends and receives for the benchmark, as cheaply as it can: deliveries are counted by their end-lines, and only a frame
 * that asks for an answer is looked at closer. Speaks `load-protocol.ts` over the channel of its parent.
 */
import { connect, type Socket } from 'node:net';
import type { LoadCommand, LoadReply, LoadSession } from './load-protocol.js';

const endLine = Buffer.from('\r\n-------');
const requestsAnswer = Buffer.from('Failure-Report: yes');
const responseMark = / (\d{3}) [^\r]*\r\n/;

const counts = { sent: 0, answered: 0, refused: 0, delivered: 0, receivedBytes: 0 };
let latenciesMs: number[] = [];
let mode: { kind: 'idle' } | { kind: 'saturate' | 'pace'; bodyBytes: number } = { kind: 'idle' };
let pace: NodeJS.Timeout | undefined;

class LoadConnection {
  readonly session: LoadSession;
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #number = 0;
  /** SENDs not yet answered. */
  open = 0;
  sending = false;
  onBound: (() => void) | undefined;

  constructor(session: LoadSession) {
    this.session = session;
    this.#socket = connect({ host: session.host, port: session.port, noDelay: true });
    this.#socket.on('connect', () => this.#write(undefined));
    this.#socket.on('data', (octets) => this.#take(octets));
    this.#socket.on('error', (error) => reply({ type: 'failed', reason: error.message }));
  }

  /** Sends a message; `dueMs` is when it should have left. */
  send(bodyBytes: number, dueMs: number): void {
    counts.sent += 1;
    const text = `due=${dueMs.toFixed(3)};`.padEnd(bodyBytes, 'x').slice(0, Math.max(bodyBytes, 24));
    const { room, user } = this.session;
    this.#write(
      `From: <${user}>\r\nTo: <${room}>\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`,
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(body: string | undefined): void {
    this.#number += 1;
    this.open += 1;
    const id = `l${process.pid.toString(36)}x${this.#number.toString(36).padStart(6, '0')}`;
    const { toPath, fromPath } = this.session;
    const head = `MSRP ${id} SEND\r\nTo-Path: ${toPath}\r\nFrom-Path: ${fromPath}\r\nMessage-ID: m${id}\r\n`;
    const range =
      body === undefined
        ? 'Byte-Range: 1-0/0\r\n'
        : `Byte-Range: 1-${body.length}/${body.length}\r\nContent-Type: message/cpim\r\n\r\n${body}\r\n`;
    this.#socket.write(`${head}${range}-------${id}$\r\n`, 'latin1');
  }

  #take(octets: Buffer): void {
    counts.receivedBytes += octets.length;
    const all = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
    let start = 0;
    for (let mark = all.indexOf(endLine); mark !== -1; mark = all.indexOf(endLine, mark + 9)) {
      const lineEnd = all.indexOf('\r\n', mark + 9);
      if (lineEnd === -1) break;
      this.#frame(all, start, lineEnd + 2);
      start = lineEnd + 2;
    }
    this.#rest = start === all.length ? Buffer.alloc(0) : Buffer.from(all.subarray(start));
  }

  #frame(octets: Buffer, start: number, end: number): void {
    const firstLineEnd = octets.indexOf('\r\n', start);
    // "MSRP <id> SEND" ends in D, "MSRP <id> 200 OK" does not.
    if (octets[firstLineEnd - 1] !== 0x44 || octets[firstLineEnd - 2] !== 0x4e) {
      this.#answered(octets.toString('latin1', start, firstLineEnd + 2));
      return;
    }
    counts.delivered += 1;
    if (counts.delivered % 64 === 0) this.#sample(octets, start, end);
    const asks = octets.indexOf(requestsAnswer, start);
    if (asks !== -1 && asks < end) this.#answer(octets.toString('latin1', start, firstLineEnd));
  }

  #answered(startLine: string): void {
    this.open -= 1;
    if (this.onBound) {
      this.onBound();
      this.onBound = undefined;
      return;
    }
    if (responseMark.exec(startLine)?.[1] === '200') counts.answered += 1;
    else counts.refused += 1;
    if (this.sending && mode.kind === 'saturate') this.send(mode.bodyBytes, performance.now() + performance.timeOrigin);
    else if (this.sending && mode.kind === 'idle') settle();
  }

  #answer(startLine: string): void {
    const id = startLine.split(' ')[1] ?? '';
    const { toPath, fromPath } = this.session;
    this.#socket.write(
      `MSRP ${id} 200 OK\r\nTo-Path: ${toPath}\r\nFrom-Path: ${fromPath}\r\n-------${id}$\r\n`,
      'latin1',
    );
  }

  #sample(octets: Buffer, start: number, end: number): void {
    if (mode.kind !== 'pace') return;
    const due = octets.indexOf('due=', start);
    if (due === -1 || due > end) return;
    const dueMs = Number(octets.toString('latin1', due + 4, octets.indexOf(';', due)));
    latenciesMs.push(performance.now() + performance.timeOrigin - dueMs);
  }
}

let connections: LoadConnection[] = [];

function reply(message: LoadReply): void {
  process.send?.(message);
}

async function open(sessions: readonly LoadSession[]): Promise<void> {
  for (const session of sessions) {
    const connection = new LoadConnection(session);
    connections.push(connection);
    await new Promise<void>((resolve) => {
      connection.onBound = resolve;
    });
  }
  reply({ type: 'bound', sessions: connections.length });
}

/** The first `count` sessions of every room. */
function chooseSenders(count: number): LoadConnection[] {
  const perRoom = new Map<string, number>();
  return connections.filter((connection) => {
    const chosen = perRoom.get(connection.session.room) ?? 0;
    perRoom.set(connection.session.room, chosen + 1);
    connection.sending = chosen < count;
    return connection.sending;
  });
}

function startPace(senders: readonly LoadConnection[], bodyBytes: number, perSecond: number): void {
  const startedMs = performance.now() + performance.timeOrigin;
  const gapMs = 1_000 / perSecond;
  let next = 0;
  pace = setInterval(() => {
    const nowMs = performance.now() + performance.timeOrigin;
    for (; startedMs + next * gapMs <= nowMs; next++)
      senders[next % senders.length]?.send(bodyBytes, startedMs + next * gapMs);
  }, 1);
}

/** Tells the parent once every SEND has its answer. */
function settle(): void {
  if (mode.kind === 'idle' && connections.every((connection) => connection.open <= 0)) reply({ type: 'halted' });
}

process.on('message', (command: LoadCommand) => {
  switch (command.type) {
    case 'open':
      void open(command.sessions);
      break;
    case 'saturate': {
      mode = { kind: 'saturate', bodyBytes: command.bodyBytes };
      const nowMs = performance.now() + performance.timeOrigin;
      for (const sender of chooseSenders(command.senders)) sender.send(command.bodyBytes, nowMs);
      break;
    }
    case 'pace':
      mode = { kind: 'pace', bodyBytes: command.bodyBytes };
      startPace(chooseSenders(command.senders), command.bodyBytes, command.perSecond);
      break;
    case 'halt':
      clearInterval(pace);
      mode = { kind: 'idle' };
      settle();
      break;
    case 'report':
      reply({ type: 'report', report: { ...counts, latenciesMs } });
      latenciesMs = [];
      break;
    case 'close':
      for (const connection of connections) connection.close();
      connections = [];
      process.disconnect();
      break;
  }
});
