import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadSession } from './load-protocol.js';

/** What a server has written so far. */
export interface WriteCounts {
  /** Writes to sockets. */
  readonly writes: number;
  /** Copies in them. */
  readonly deliveries: number;
}

export interface Floor {
  readonly pid: number;
  readonly port: number;
  counts(): Promise<WriteCounts>;
  stop(): Promise<void>;
}

/** The floor server as a process: `floor-server.ts`. */
export async function startFloor(): Promise<Floor> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('floor-server.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const next = async <T>(): Promise<T> => {
    const [line] = (await once(lines, 'line')) as [string];
    return JSON.parse(line) as T;
  };
  const { port } = await next<{ port: number }>();
  return {
    pid: child.pid ?? 0,
    port,
    counts() {
      const answer = next<WriteCounts>();
      child.kill('SIGUSR2');
      return answer;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Sessions at the floor, with paths as long as the real ones. */
export function floorSessions(port: number, rooms: number, participantsPerRoom: number): LoadSession[] {
  return Array.from({ length: rooms * participantsPerRoom }, (_, n) => {
    const room = `floorroom${String(Math.floor(n / participantsPerRoom)).padStart(3, '0')}`;
    const user = `u${n}`;
    return {
      host: '127.0.0.1',
      port,
      toPath: `msrp://127.0.0.1:${port}/${room}.${String(n).padStart(16, '0')};tcp`,
      fromPath: `msrp://127.0.0.1:2855/${`floorclient${n}`.padEnd(12, 'x').slice(-12)};tcp`,
      room: `sip:${room}@localhost`,
      user: `sip:${user}@localhost`,
    };
  });
}
