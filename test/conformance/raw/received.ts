import type { Caller } from './caller.js';
import type { MsrpSocket } from './msrp-socket.js';
import type { Seat } from './seat.js';

/** Every octet that has come to somebody over these connections, as text. */
export function receivedBy(...connections: readonly (Seat | MsrpSocket | Caller)[]): string {
  return connections
    .flatMap((one) =>
      'caller' in one ? [msrpText(one.msrp), sipText(one.caller)] : 'frames' in one ? [msrpText(one)] : [sipText(one)],
    )
    .join('\n');
}

function msrpText({ frames }: MsrpSocket): string {
  return frames.map(({ octets }) => octets.toString()).join('\n');
}

function sipText({ sip }: Caller): string {
  return sip.messages
    .map(({ startLine, headers, body }) => [startLine, ...headers.map((pair) => pair.join(': ')), '', body].join('\n'))
    .join('\n');
}
