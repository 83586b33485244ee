import type { SipFlow, SipRequest, SipResponse } from '../message.js';
import type { SipClock, SipTarget } from '../user-agent/interface.js';
import { isFlow, isReliable } from '../user-agent/interface.js';
import {
  createInviteClient,
  stepInviteClient,
  type InviteClientInput,
  type InviteClientTransaction,
} from './invite-client.js';
import {
  createNonInviteClient,
  stepNonInviteClient,
  type NonInviteClientInput,
  type NonInviteClientTransaction,
} from './non-invite-client.js';
import { RunningTransaction } from './running.js';
import type { TransactionOutput } from './table.js';
import type { TransactionTimers } from './timers.js';

/** What the user of a client transaction hears. */
export interface ClientEvents {
  /** Every response the table delivers: provisional ones, the final one, and each further 2xx to an INVITE. */
  onResponse(response: SipResponse): void;
  /** No final response: "it MUST be treated as if a 408 (Request Timeout) status code has been received" (RFC 3261 section 8.1.3.1). */
  onTimeout(): void;
  /** "the condition MUST be treated as a 503 (Service Unavailable) status code" (section 8.1.3.1). */
  onTransportFailure(): void;
  onTerminated(): void;
}

/** What the layer does for a client transaction. */
export interface ClientEntryHost {
  readonly clock: SipClock;
  readonly timers: TransactionTimers;
  send(message: SipRequest, target: SipTarget): Promise<void>;
  onTerminated(entry: ClientEntry): void;
  onUnexpected(state: string, input: string): void;
}

type Running =
  | { readonly kind: 'invite'; readonly machine: RunningTransaction<InviteClientTransaction, InviteClientInput> }
  | { readonly kind: 'other'; readonly machine: RunningTransaction<NonInviteClientTransaction, NonInviteClientInput> };

/** One client transaction at work. */
export class ClientEntry {
  readonly key: string;
  readonly request: SipRequest;
  readonly target: SipTarget;
  readonly #host: ClientEntryHost;
  readonly #events: ClientEvents;
  #running: Running | undefined;
  #isOver = false;
  #answeredOn: SipFlow | undefined;

  constructor(key: string, request: SipRequest, target: SipTarget, host: ClientEntryHost, events: ClientEvents) {
    this.key = key;
    this.request = request;
    this.target = target;
    this.#host = host;
    this.#events = events;
  }

  /** Sends the request; apart from the constructor so that the entry can be found when an answer is there at once. */
  start(): void {
    const { clock, timers } = this.#host;
    const reliable = isReliable(this.target.transport);
    if (this.request.method === 'INVITE') {
      const { machine, outputs } = createInviteClient(this.request, reliable, timers);
      const running = new RunningTransaction(machine, stepInviteClient, clock, (output) => this.#carryOut(output));
      this.#running = { kind: 'invite', machine: running };
      running.begin(outputs);
    } else {
      const { machine, outputs } = createNonInviteClient(this.request, reliable, timers);
      const running = new RunningTransaction(machine, stepNonInviteClient, clock, (output) => this.#carryOut(output));
      this.#running = { kind: 'other', machine: running };
      running.begin(outputs);
    }
  }

  get state(): string {
    return this.#running?.machine.state ?? 'Terminated';
  }

  /** The flow the request went out on, when it went out on one. */
  get flowId(): string | undefined {
    return isFlow(this.target) ? this.target.id : undefined;
  }

  /** The flow the last response came by. */
  get answeredOn(): SipFlow | undefined {
    return this.#answeredOn;
  }

  receive(response: SipResponse, flow: SipFlow): void {
    this.#answeredOn = flow;
    const { status } = response;
    if (this.#running?.kind === 'invite') {
      const type = status < 200 ? 'response-1xx' : status < 300 ? 'response-2xx' : 'response-final';
      this.#running.machine.dispatch({ type, response });
    } else this.#running?.machine.dispatch({ type: status < 200 ? 'response-1xx' : 'response-final', response });
  }

  /** A CANCEL for this INVITE was sent: if no final response comes, it times out after 64*T1. */
  cancelled(): void {
    if (this.#running?.kind === 'invite' && this.state !== 'Calling')
      this.#running.machine.dispatch({ type: 'cancelled' });
  }

  transportFailed(): void {
    if (!this.#isOver) this.#running?.machine.dispatch({ type: 'transport-error' });
  }

  /** It was never sent: there is no room for it. */
  refuse(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.onTransportFailure();
    this.#events.onTerminated();
  }

  /** Ends it at once without telling its user. */
  forget(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#running?.machine.stop();
    this.#host.onTerminated(this);
  }

  #carryOut(output: TransactionOutput): void {
    switch (output.type) {
      case 'send':
        if (output.message.kind === 'request') {
          this.#host.send(output.message, this.target).catch(() => this.transportFailed());
        }
        break;
      case 'deliver':
        if (output.message.kind === 'response') this.#events.onResponse(output.message);
        break;
      case 'timeout':
        this.#events.onTimeout();
        break;
      case 'transport-failure':
        this.#events.onTransportFailure();
        break;
      case 'terminated':
        this.forget();
        this.#events.onTerminated();
        break;
      case 'unexpected':
        this.#host.onUnexpected(output.state, output.input);
        break;
      case 'set-timer':
      case 'cancel-timer':
        break;
    }
  }
}
