import type { Socket } from 'node:net';
import { decodeProxyHeader, type ProxyHeader } from '../proxy-protocol.js';

export type ProxyOutcome = Exclude<ProxyHeader, { type: 'need-more' }>;

/**
 * Reads the PROXY header of a connection that was just accepted and puts back what came after it. Calls `done` once, or never when the connection
 * closes before. With `pause` the socket is paused then, as one must be whose octets TLS takes over; otherwise it flows, and whoever
 * wants the octets listens before `done` returns.
 */
export function readProxyHeader(socket: Socket, pause: boolean, done: (outcome: ProxyOutcome) => void): void {
  let held: Buffer | undefined;
  const onData = (octets: Buffer): void => {
    const all: Buffer = held === undefined ? octets : Buffer.concat([held, octets]);
    const outcome = decodeProxyHeader(all);
    if (outcome.type === 'need-more') {
      // No more than a header may hold: the decoder gives a fault as soon as its length is known to be more.
      held = all;
      return;
    }
    socket.off('data', onData);
    if (outcome.type === 'header') {
      if (pause) socket.pause();
      const rest = all.subarray(outcome.length);
      if (rest.length > 0) socket.unshift(rest);
    }
    done(outcome);
  };
  socket.on('data', onData);
}
