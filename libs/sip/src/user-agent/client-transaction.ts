import { parseFromTo } from '../header/from-to.js';
import { formatVia } from '../header/via.js';
import type { SipFlow, SipRequest, SipResponse, SipTransportName } from '../message.js';
import { responseTo } from '../response-to.js';
import { serializeMessage } from '../serializer.js';
import { buildCancel } from '../transaction/ack.js';
import type { ClientEntry } from '../transaction/client-entry.js';
import type { TransactionLayer } from '../transaction/layer.js';
import type { RandomBytes, SipTarget } from './interface.js';
import { newBranch, newTag } from './tokens.js';
import { attemptsFor, type Attempt } from './transport-choice.js';

/** Where a final response came from. The other two were never on the wire: 408 and 503 made here (RFC 3261 section 8.1.3.1). */
export type FinalOrigin = 'peer' | 'timeout' | 'transport-failure';

export interface RequestHandlers {
  onProvisional?(response: SipResponse): void;
  /** Once. For a 2xx to INVITE call `acknowledge` with the ACK of the dialog. */
  onFinal(response: SipResponse, origin: FinalOrigin): void;
  /** A further 2xx to an INVITE, with another To tag: acknowledge it and end that dialog by BYE (section 13.2.2.4). Once per tag. */
  onAnotherAnswer?(response: SipResponse): void;
}

/** What a client transaction needs of its user agent. */
export interface ClientTransactionHost {
  readonly layer: TransactionLayer;
  readonly random: RandomBytes;
  /** sent-by of the Via for that transport. */
  sentBy(transport: SipTransportName): { readonly host: string; readonly port?: number | undefined };
  send(request: SipRequest, target: SipTarget): Promise<void>;
  /** The transaction needs nothing more. */
  onOver(transaction: ClientTransaction): void;
}

/** Most forks of one INVITE that are told apart. */
const MAX_FORKS = 16;

/**
 * A request of ours on its way: over one target after the other until one answers (RFC 3263 section 4.3), with CANCEL, and with the ACK sent
 * again for every repeated 2xx.
 */
export class ClientTransaction {
  readonly #request: SipRequest;
  readonly #host: ClientTransactionHost;
  readonly #handlers: RequestHandlers;
  readonly #attempts: Attempt[];
  #entry: ClientEntry | undefined;
  #sent: SipRequest;
  #target: SipTarget | undefined;
  #hasProvisional = false;
  #cancelWanted = false;
  #cancelSent = false;
  #isFinal = false;
  /** ACK by To tag of the 2xx; `undefined` for a 2xx that was told and not acknowledged yet. */
  readonly #acks = new Map<string, { ack: SipRequest; target: SipTarget } | undefined>();

  constructor(
    request: SipRequest,
    targets: readonly SipTarget[],
    host: ClientTransactionHost,
    handlers: RequestHandlers,
  ) {
    if (request.method === 'ACK' || request.method === 'CANCEL')
      throw new TypeError(`${request.method} starts no transaction`);
    if (targets.length === 0) throw new TypeError('a request needs a target');
    this.#request = request;
    this.#sent = request;
    this.#host = host;
    this.#handlers = handlers;
    const size = serializeMessage(withVia(request, targets[0]?.transport ?? 'UDP', host)).length;
    this.#attempts = attemptsFor(targets, size);
  }

  /** The request as last sent, Via and all. */
  get request(): SipRequest {
    return this.#sent;
  }

  /** Where it was last sent. */
  get target(): SipTarget | undefined {
    return this.#target;
  }

  /** The flow its last response came by: where further requests of a dialog it makes may go. */
  get answeredOn(): SipFlow | undefined {
    return this.#entry?.answeredOn;
  }

  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** For the user agent: sends the request. */
  start(): void {
    this.#tryNext(false);
  }

  /**
   * Asks for an INVITE to be given up (section 9.1): CANCEL goes out as soon as a provisional response is there, never before. The end comes as
   * final response: 487, or a 2xx that was faster, which must be acknowledged and ended by BYE. No effect after a final response, and none on other methods
   * ("A UAC SHOULD NOT send a CANCEL request to cancel a request other than INVITE").
   */
  cancel(): void {
    if (this.#isFinal || this.#cancelWanted || this.#request.method !== 'INVITE') return;
    this.#cancelWanted = true;
    if (this.#hasProvisional) this.#sendCancel();
  }

  /**
   * Sends the ACK for a 2xx (`buildAck` of the dialog) and keeps it, to send it again whenever that 2xx comes again. `target` is the
   * resolved next hop of the ACK; default: where the INVITE went.
   */
  acknowledge(ack: SipRequest, target: SipTarget | undefined = this.#target): void {
    if (ack.method !== 'ACK') throw new TypeError('not an ACK');
    if (target === undefined) throw new TypeError('the request has not been sent');
    // "a new branch": the ACK for a 2xx is a transaction of its own (section 13.2.2.4, 17.1.1.3).
    const message = withVia(ack, target.transport, this.#host);
    this.#acks.set(toTag(ack), { ack: message, target });
    this.#sendAck(message, target);
  }

  #tryNext(afterTransportFailure: boolean): boolean {
    const skipped = afterTransportFailure ? 0 : this.#attempts.findIndex((next) => !next.onlyAfterTransportFailure);
    const attempt = this.#attempts.splice(0, skipped + 1).at(skipped);
    if (attempt === undefined) return false;
    const branch = newBranch(this.#host.random);
    this.#sent = withVia(this.#request, attempt.target.transport, this.#host, branch);
    this.#target = attempt.target;
    this.#hasProvisional = false;
    const entry = this.#host.layer.prepare(this.#sent, branch, attempt.target, {
      onResponse: (response) => this.#receive(response),
      onTimeout: () => this.#fail(408, 'timeout'),
      onTransportFailure: () => this.#fail(503, 'transport-failure'),
      onTerminated: () => {
        if (this.#entry === entry && this.#isFinal) this.#host.onOver(this);
      },
    });
    this.#entry = entry;
    this.#host.layer.start(entry);
    return true;
  }

  #receive(response: SipResponse): void {
    const { status } = response;
    if (status < 200) {
      this.#hasProvisional = true;
      if (this.#cancelWanted) this.#sendCancel();
      if (!this.#isFinal) this.#handlers.onProvisional?.(response);
      return;
    }
    if (this.#isFinal) {
      this.#receiveAgain(response);
      return;
    }
    // "a 503 ... the client SHOULD try the next" (RFC 3263 section 4.3).
    if (status === 503 && this.#mayRetry() && this.#tryNext(false)) return;
    if (status < 300) this.#acks.set(toTag(response), undefined);
    this.#isFinal = true;
    this.#handlers.onFinal(response, 'peer');
  }

  #receiveAgain(response: SipResponse): void {
    if (response.status >= 300 || this.#request.method !== 'INVITE') return;
    const tag = toTag(response);
    const known = this.#acks.get(tag);
    if (known !== undefined) {
      this.#sendAck(known.ack, known.target);
      return;
    }
    if (this.#acks.has(tag) || this.#acks.size >= MAX_FORKS) return;
    this.#acks.set(tag, undefined);
    this.#handlers.onAnotherAnswer?.(response);
  }

  #fail(status: 408 | 503, origin: FinalOrigin): void {
    if (this.#isFinal) return;
    if (this.#mayRetry() && this.#tryNext(origin === 'transport-failure')) return;
    this.#isFinal = true;
    const response = responseTo(this.#sent, status, { toTag: newTag(this.#host.random) });
    this.#handlers.onFinal(response, origin);
  }

  #mayRetry(): boolean {
    return !this.#cancelWanted && this.#attempts.length > 0;
  }

  #sendCancel(): void {
    const [entry, target, branch] = [this.#entry, this.#target, branchOf(this.#sent)];
    if (entry === undefined || target === undefined || branch === undefined) return;
    if (entry.state !== 'Proceeding' || this.#cancelSent) return;
    this.#cancelSent = true;
    const ignore = (): void => undefined;
    // Whatever becomes of the CANCEL, the INVITE gets its final response or times out.
    this.#host.layer.request(buildCancel(this.#sent), branch, target, {
      onResponse: ignore,
      onTimeout: ignore,
      onTransportFailure: ignore,
      onTerminated: ignore,
    });
    entry.cancelled();
  }

  #sendAck(ack: SipRequest, target: SipTarget): void {
    // Lost ACKs come again with the next 2xx.
    this.#host.send(ack, target).catch(() => undefined);
  }
}

/** The request with a Via of ours on top, and Max-Forwards. */
function withVia(
  request: SipRequest,
  transport: SipTransportName,
  host: ClientTransactionHost,
  branch: string = newBranch(host.random),
): SipRequest {
  const headers = request.headers.clone();
  // "the client MUST ... include the rport parameter" when it wants answers through a NAT (RFC 3581 section 3).
  headers.prepend('Via', formatVia({ transport, ...host.sentBy(transport), branch, rport: true, params: [] }));
  if (!headers.has('Max-Forwards')) headers.append('Max-Forwards', '70');
  return { ...request, headers };
}

function branchOf(request: SipRequest): string | undefined {
  return /;branch=([^;]+)/u.exec(request.headers.get('Via') ?? '')?.[1];
}

function toTag(message: SipRequest | SipResponse): string {
  const to = parseFromTo(message.headers.get('To') ?? '');
  return to.ok ? (to.value.tag ?? '') : '';
}
