import type { SipFlow, SipRequest, SipResponse } from '../message.js';
import { responseTo } from '../response-to.js';
import { isReliable, type SipClock } from '../user-agent/interface.js';
import {
  createInviteServer,
  stepInviteServer,
  type InviteServerInput,
  type InviteServerTransaction,
} from './invite-server.js';
import { legacyAckFits, type MatchFacts } from './match.js';
import {
  createNonInviteServer,
  stepNonInviteServer,
  type NonInviteServerInput,
  type NonInviteServerTransaction,
} from './non-invite-server.js';
import { RunningTransaction } from './running.js';
import type { TransactionOutput } from './table.js';
import type { TransactionTimers } from './timers.js';

/** What becomes of a server transaction; called by it, never with it in the middle of a step. */
export interface ServerEntryEvents {
  send(message: SipResponse, entry: ServerEntry): Promise<void>;
  onAck(ack: SipRequest, entry: ServerEntry): void;
  onTimeout(entry: ServerEntry): void;
  onTransportFailure(entry: ServerEntry): void;
  onTerminated(entry: ServerEntry): void;
  onUnexpected(state: string, input: string): void;
}

type Running =
  | { readonly kind: 'invite'; readonly machine: RunningTransaction<InviteServerTransaction, InviteServerInput> }
  | { readonly kind: 'other'; readonly machine: RunningTransaction<NonInviteServerTransaction, NonInviteServerInput> };

/** One server transaction at work: the request, the flow it came by, and the machine with its timers. */
export class ServerEntry {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: SipFlow;
  readonly facts: MatchFacts;
  /** The same request stands in another transaction (RFC 3261 section 8.2.2.2): answer 482. */
  readonly isMerged: boolean;
  readonly #events: ServerEntryEvents;
  readonly #running: Running;
  #final: SipResponse | undefined;
  #isOver = false;

  constructor(
    start: { key: string; request: SipRequest; flow: SipFlow; facts: MatchFacts; isMerged: boolean },
    clock: SipClock,
    timers: TransactionTimers,
    events: ServerEntryEvents,
  ) {
    this.key = start.key;
    this.request = start.request;
    this.flow = start.flow;
    this.facts = start.facts;
    this.isMerged = start.isMerged;
    this.#events = events;
    const reliable = isReliable(start.flow.transport);
    if (start.request.method === 'INVITE') {
      const { machine, outputs } = createInviteServer(responseTo(start.request, 100), reliable, timers);
      const running = new RunningTransaction(machine, stepInviteServer, clock, (output) => this.#carryOut(output));
      this.#running = { kind: 'invite', machine: running };
      running.begin(outputs);
    } else {
      const { machine, outputs } = createNonInviteServer(reliable, timers);
      const running = new RunningTransaction(machine, stepNonInviteServer, clock, (output) => this.#carryOut(output));
      this.#running = { kind: 'other', machine: running };
      running.begin(outputs);
    }
  }

  get state(): string {
    return this.#running.machine.state;
  }

  /** The final response, once there is one. */
  get final(): SipResponse | undefined {
    return this.#final;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The request came again. */
  repeat(): void {
    this.#running.machine.dispatch({ type: 'request' });
  }

  /** An ACK with the key of this INVITE came; `false` when it is not its ACK after all (RFC 2543 peers). */
  acknowledge(ack: SipRequest, facts: MatchFacts): boolean {
    if (this.#running.kind !== 'invite') return false;
    if (this.#final !== undefined && !legacyAckFits(facts, this.#final)) return false;
    this.#running.machine.dispatch({ type: 'ack', request: ack });
    return true;
  }

  /**
   * Sends a response. `false`, and nothing is sent, when a final response was given already or the transaction is over; a repeated
   * 2xx to an INVITE is the one exception, because its user retransmits it (RFC 6026 section 7.1).
   * Throws for a provisional response to anything but INVITE (SIP-016).
   */
  respond(response: SipResponse): boolean {
    const { status } = response;
    if (this.#isOver) return false;
    if (this.#running.kind === 'other') {
      if (status < 200) throw new TypeError('no provisional response to a request other than INVITE');
      if (this.#final !== undefined) return false;
      this.#final = response;
      this.#running.machine.dispatch({ type: 'respond-final', response });
      return true;
    }
    if (this.#final !== undefined && this.#final !== response) return false;
    if (this.#final !== undefined && status >= 300) return false;
    if (status >= 200) this.#final = response;
    const type = status < 200 ? 'respond-1xx' : status < 300 ? 'respond-2xx' : 'respond-final';
    this.#running.machine.dispatch({ type, response });
    return true;
  }

  /** Ends it at once, with nothing kept: a repeated request is then a new one. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#running.machine.stop();
    this.#events.onTerminated(this);
  }

  #carryOut(output: TransactionOutput): void {
    switch (output.type) {
      case 'send':
        if (output.message.kind === 'response') {
          this.#events.send(output.message, this).catch(() => {
            if (!this.#isOver) this.#running.machine.dispatch({ type: 'transport-error' });
          });
        }
        break;
      case 'deliver':
        if (output.message.kind === 'request') this.#events.onAck(output.message, this);
        break;
      case 'timeout':
        this.#events.onTimeout(this);
        break;
      case 'transport-failure':
        this.#events.onTransportFailure(this);
        break;
      case 'terminated':
        this.forget();
        break;
      case 'unexpected':
        this.#events.onUnexpected(output.state, output.input);
        break;
      case 'set-timer':
      case 'cancel-timer':
        break;
    }
  }
}
