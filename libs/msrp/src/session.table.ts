/**
 * The states of one MSRP session of a client, and what each input does in each (RFC 4975 sections 5.4, 7 and 10). The functions named here
 * are in `session.ts`; nothing else changes the state. A pair that is not here is a protocol error: it closes the session.
 */

/**
 * - `idle`: the path is negotiated, there is no connection yet.
 * - `binding`: connected; the first SEND is out and its response is waited for. Messages flow both ways already.
 * - `open`: the switch has answered the first SEND.
 * - `closed`: for good; a new offer and answer make a new session with new URIs (TRN-014).
 */
export type SessionPhase = 'idle' | 'binding' | 'open' | 'closed';
export const SESSION_PHASES = ['idle', 'binding', 'open', 'closed'] as const satisfies readonly SessionPhase[];

export const SESSION_INPUTS = [
  'connected',
  'request-received',
  'response-received',
  'bad-request-received',
  'send-requested',
  'abort-requested',
  'nickname-requested',
  'writable',
  'timer-fired',
  'transport-closed',
  'close-requested',
] as const;
export type SessionInputKind = (typeof SESSION_INPUTS)[number];

export type SessionActionName =
  | 'bind'
  | 'answerRequest'
  | 'takeBindResponse'
  | 'takeResponse'
  | 'answerBadRequest'
  | 'queueMessage'
  | 'sendMessage'
  | 'abortMessage'
  | 'refuseMessage'
  | 'refuseNickname'
  | 'requestNickname'
  | 'writeMore'
  | 'failLate'
  | 'failAll'
  | 'hangUp'
  | 'ignore';

export interface SessionRow {
  readonly does: SessionActionName;
  /** The states that may follow; what came in decides where there are several. */
  readonly next: readonly SessionPhase[];
}

const stay = (phase: SessionPhase, does: SessionActionName): SessionRow => ({ does, next: [phase] });
const ignored: SessionRow = { does: 'ignore', next: ['closed'] };

export const SESSION_TABLE: Readonly<Record<SessionPhase, Readonly<Partial<Record<SessionInputKind, SessionRow>>>>> = {
  idle: {
    connected: { does: 'bind', next: ['binding'] },
    'send-requested': stay('idle', 'queueMessage'),
    'abort-requested': stay('idle', 'abortMessage'),
    'nickname-requested': stay('idle', 'refuseNickname'),
    'transport-closed': { does: 'failAll', next: ['closed'] },
    'close-requested': { does: 'hangUp', next: ['closed'] },
  },
  binding: {
    'request-received': { does: 'answerRequest', next: ['binding', 'closed'] },
    'response-received': { does: 'takeBindResponse', next: ['binding', 'open', 'closed'] },
    'bad-request-received': stay('binding', 'answerBadRequest'),
    'send-requested': stay('binding', 'sendMessage'),
    'abort-requested': stay('binding', 'abortMessage'),
    'nickname-requested': stay('binding', 'requestNickname'),
    writable: stay('binding', 'writeMore'),
    'timer-fired': { does: 'failLate', next: ['binding', 'closed'] },
    'transport-closed': { does: 'failAll', next: ['closed'] },
    'close-requested': { does: 'hangUp', next: ['closed'] },
  },
  open: {
    'request-received': { does: 'answerRequest', next: ['open', 'closed'] },
    'response-received': { does: 'takeResponse', next: ['open', 'closed'] },
    'bad-request-received': stay('open', 'answerBadRequest'),
    'send-requested': stay('open', 'sendMessage'),
    'abort-requested': stay('open', 'abortMessage'),
    'nickname-requested': stay('open', 'requestNickname'),
    writable: stay('open', 'writeMore'),
    'timer-fired': { does: 'failLate', next: ['open', 'closed'] },
    'transport-closed': { does: 'failAll', next: ['closed'] },
    'close-requested': { does: 'hangUp', next: ['closed'] },
  },
  // What was under way when the session closed still comes in, and has no effect.
  closed: {
    // A connection that comes too late is let go of.
    connected: { does: 'hangUp', next: ['closed'] },
    'request-received': ignored,
    'response-received': ignored,
    'bad-request-received': ignored,
    'send-requested': { does: 'refuseMessage', next: ['closed'] },
    'abort-requested': ignored,
    'nickname-requested': { does: 'refuseNickname', next: ['closed'] },
    writable: ignored,
    'timer-fired': ignored,
    'transport-closed': ignored,
    'close-requested': ignored,
  },
};

/** The table as a Mermaid state diagram, for the README. */
export function sessionDiagram(): string {
  const lines = ['stateDiagram-v2', '  [*] --> idle'];
  for (const phase of SESSION_PHASES) {
    for (const input of SESSION_INPUTS) {
      for (const next of SESSION_TABLE[phase][input]?.next ?? [])
        if (next !== phase) lines.push(`  ${phase} --> ${next}: ${input}`);
    }
  }
  return [...lines, '  closed --> [*]'].join('\n');
}
