/**
 * Takes what the services export as traces and throws it away: a process of its own, so that its CPU is not theirs. Prints its port; on
 * SIGUSR2 how many requests and octets came.
 */
import { createServer } from 'node:http';

const counts = { requests: 0, bytes: 0 };
const server = createServer((request, response) => {
  counts.requests += 1;
  request.on('data', (octets: Buffer) => {
    counts.bytes += octets.length;
  });
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`${JSON.stringify({ port: address.port })}\n`);
});
process.on('SIGUSR2', () => process.stdout.write(`${JSON.stringify(counts)}\n`));
process.on('SIGTERM', () => process.exit(0));
