/**
 * The floor: the least a Node process can do to fan MSRP SENDs out. It takes sessions, answers every SEND with 200 and writes a
 * copy to every other socket of the room, all that is due to a socket in one turn of the event loop in one write. No
 * checks, no order over processes, nothing stored, nothing bounded. What the real edge costs is told in multiples of it.
 *
 * Session URIs are `msrp://host:port/<room>.<n>;tcp`. Started by the benchmark as a process of its own; prints its port.
 * On SIGUSR2 it prints how many writes it has made for how many copies.
 */
import { createServer, type Socket } from 'node:net';

interface FloorSession {
  readonly socket: Socket;
  /** To-Path and From-Path of every copy to this session. */
  readonly path: string;
  pending: string;
}

const rooms = new Map<string, FloorSession[]>();
const due: FloorSession[] = [];
let sequence = 0;
const counts = { writes: 0, deliveries: 0 };

const server = createServer({ noDelay: true }, (socket) => {
  let rest = '';
  let session: FloorSession | undefined;
  let room: FloorSession[] = [];
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    const place = session ? room.indexOf(session) : -1;
    if (place !== -1) room.splice(place, 1);
  });
  socket.on('data', (text: string) => {
    rest += text;
    for (;;) {
      const lineEnd = rest.indexOf('\r\n');
      if (lineEnd === -1) return;
      const transactionId = rest.slice(5, rest.indexOf(' ', 5));
      const marker = `-------${transactionId}$\r\n`;
      const end = rest.indexOf(marker, lineEnd);
      if (end === -1) return;
      const message = rest.slice(0, end);
      rest = rest.slice(end + marker.length);
      if (!message.startsWith(' SEND', 5 + transactionId.length)) continue;
      const toPath = header(message, 'To-Path: ');
      const fromPath = header(message, 'From-Path: ');
      if (!session) {
        session = { socket, path: `To-Path: ${fromPath}\r\nFrom-Path: ${toPath}\r\n`, pending: '' };
        const name = toPath.slice(toPath.lastIndexOf('/') + 1, toPath.lastIndexOf('.'));
        room = rooms.get(name) ?? [];
        rooms.set(name, room);
        room.push(session);
      }
      queue(
        session,
        `MSRP ${transactionId} 200 OK\r\nTo-Path: ${fromPath}\r\nFrom-Path: ${toPath}\r\n-------${transactionId}$\r\n`,
      );
      const contentStart = message.indexOf('Content-Type: ');
      if (contentStart !== -1) fanOut(room, session, message.slice(contentStart));
    }
  });
});

function header(message: string, name: string): string {
  const start = message.indexOf(name) + name.length;
  return message.slice(start, message.indexOf('\r\n', start));
}

function fanOut(room: readonly FloorSession[], from: FloorSession, content: string): void {
  sequence += 1;
  const transactionId = `floor${sequence.toString(36).padStart(12, '0')}`;
  const head = `MSRP ${transactionId} SEND\r\n`;
  const tail = `Message-ID: k3v9x0qa.${sequence.toString(36)}\r\nByte-Range: 1-*/*\r\nFailure-Report: partial\r\n${content}-------${transactionId}$\r\n`;
  for (const session of room) {
    if (session === from) continue;
    counts.deliveries += 1;
    queue(session, head + session.path + tail);
  }
}

function queue(session: FloorSession, octets: string): void {
  if (session.pending === '') {
    if (due.length === 0) setImmediate(flush);
    due.push(session);
  }
  session.pending += octets;
}

function flush(): void {
  for (const session of due.splice(0)) {
    counts.writes += 1;
    session.socket.write(session.pending, 'latin1');
    session.pending = '';
  }
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
});
/** Asked for its counts: one line. */
process.on('SIGUSR2', () => process.stdout.write(`${JSON.stringify(counts)}\n`));
process.on('SIGTERM', () => process.exit(0));
