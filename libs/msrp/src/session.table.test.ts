import { describe, expect, it } from 'vitest';
import { MsrpError } from './errors.js';
import {
  SESSION_INPUTS,
  SESSION_PHASES,
  SESSION_TABLE,
  type SessionInputKind,
  type SessionPhase,
} from './session.table.js';
import type { SessionOutput } from './session.types.js';
import { Peer } from './testing-peer.js';

describe('the table', () => {
  const samples: Readonly<Record<SessionInputKind, (peer: Peer) => SessionOutput[]>> = {
    connected: (peer) => peer.give({ kind: 'connected' }),
    'request-received': (peer) => peer.receive({ contentType: 'text/plain', body: Buffer.from('hi') }),
    'response-received': (peer) => peer.respond('other123'),
    'bad-request-received': (peer) =>
      peer.give({ kind: 'bad-request-received', error: new MsrpError('bad-path'), head: {} }),
    'send-requested': (peer) => peer.send('m123'),
    'abort-requested': (peer) => peer.give({ kind: 'abort-requested', messageId: 'm123' }),
    'nickname-requested': (peer) => peer.give({ kind: 'nickname-requested', nickname: 'a' }),
    writable: (peer) => peer.give({ kind: 'writable' }),
    'timer-fired': (peer) => peer.give({ kind: 'timer-fired' }),
    'transport-closed': (peer) => peer.give({ kind: 'transport-closed' }),
    'close-requested': (peer) => peer.give({ kind: 'close-requested' }),
  };
  const begin: Readonly<Record<SessionPhase, () => Peer>> = {
    idle: () => new Peer(),
    binding: () => {
      const peer = new Peer();
      peer.give({ kind: 'connected' });
      return peer;
    },
    open: () => new Peer().bind(),
    closed: () => {
      const peer = new Peer();
      peer.give({ kind: 'transport-closed' });
      return peer;
    },
  };

  it('TRN-009 TRN-014 every state and input has this outcome', () => {
    const outcomes = SESSION_PHASES.flatMap((phase) =>
      SESSION_INPUTS.map((input) => {
        const peer = begin[phase]();
        const outputs = samples[input](peer).map((output) =>
          output.kind === 'close' ? `close(${output.reason})` : output.kind,
        );
        const does = SESSION_TABLE[phase][input]?.does ?? 'protocol error';
        return `${phase} + ${input}: ${does} -> ${peer.state.phase} [${outputs.join(' ')}]`;
      }),
    );
    expect(outcomes).toMatchSnapshot();
  });

  it('TRN-014 nothing leads out of closed', () => {
    for (const row of Object.values(SESSION_TABLE.closed)) expect(row.next).toEqual(['closed']);
  });
});
