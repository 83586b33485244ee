import {
  createUserAgent,
  defaultSipLimits,
  dialogIdOf,
  dialogKey,
  parseFromTo,
  type ClientTransaction,
  type Dialog,
  type FinalOrigin,
  type RandomBytes,
  type ServerTransaction,
  type SipAddress,
  type SipClock,
  type SipFlow,
  type SipRequest,
  type SipResponse,
  type TransactionTimers,
} from '@plenary/sip';
import { openSipTransport, type OpenSipTransport } from '@plenary/sip/net';
import { systemClock, systemRandom } from './clock.js';

export interface SipEndpointOptions {
  /** The focus, or a proxy before it: every request goes there. */
  readonly server: SipAddress;
  /** For a server by TLS: authorities that are believed, PEM; default those the runtime knows. */
  readonly authorities?: string | undefined;
  /** Address to bind; default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly clock?: SipClock | undefined;
  readonly random?: RandomBytes | undefined;
  readonly timers?: TransactionTimers | undefined;
}

/** Who answers the requests of one dialog. */
export interface DialogOwner {
  onRequest(transaction: ServerTransaction): void;
  /** The endpoint is closed: nothing can be sent or received any more. */
  onEndpointClosed(): void;
}

/** The end of a request of ours. */
export interface Answered {
  readonly response: SipResponse;
  /** `closed`: the endpoint was closed first; the response is then no more than a 503 without headers. */
  readonly origin: FinalOrigin | 'closed';
  readonly transaction: ClientTransaction;
}

/** One SIP port with its transactions; any number of accounts share it. */
export interface SipEndpoint {
  readonly server: SipAddress;
  readonly host: string;
  readonly port: number;
  readonly clock: SipClock;
  readonly random: RandomBytes;
  /**
   * Sends a request to the server. Always resolves: with the peer's answer, or with a 408 or 503 made here. `onStarted` gets the
   * transaction before anything comes back; `onAnother` further 2xx to an INVITE.
   */
  request(
    request: SipRequest,
    handlers?: { onStarted?(transaction: ClientTransaction): void; onAnother?(response: SipResponse): void },
  ): Promise<Answered>;
  /** In-dialog requests from now on go to `owner`. */
  own(dialog: Dialog, owner: DialogOwner): void;
  disown(dialog: Dialog): void;
  /**
   * Requests of the call that `request` begins go to `owner`, whatever dialog of it they are in: a NOTIFY may overtake the answer to its SUBSCRIBE. The
   * function that comes back ends that.
   */
  ownCall(request: SipRequest, owner: DialogOwner): () => void;
  /** Ends what waits, tells the owners, drops all transactions and closes the port. */
  close(): Promise<void>;
}

/** Opens a SIP port of our own towards one server. Requests outside dialogs of ours are answered 481 or 486: this is a client. */
export async function openSipEndpoint(options: SipEndpointOptions): Promise<SipEndpoint> {
  const { server, host = '127.0.0.1', clock = systemClock, random = systemRandom, timers, authorities } = options;
  const owners = new Map<string, DialogOwner>();
  /** By Call-ID and our tag. */
  const callOwners = new Map<string, DialogOwner>();
  const waiting = new Set<() => void>();
  const agent: { current?: ReturnType<typeof createUserAgent> } = {};
  const transport: OpenSipTransport = await openSipTransport({
    host,
    port: 0,
    ...(server.transport === 'TLS'
      ? { tls: { client: () => (authorities === undefined ? {} : { ca: authorities }) } }
      : {}),
    // A roster in a NOTIFY is larger than what SIP carries otherwise.
    messageLimits: { ...defaultSipLimits, messageBytes: 1024 * 1024 },
    onMessage: (message, flow: SipFlow) => agent.current?.receive(message, flow),
    // What cannot be read is answered by the transport; a client has nobody to tell.
    onError: () => undefined,
    onFlowClosed: (flow) => agent.current?.flowClosed(flow),
  });
  const userAgent = createUserAgent({
    transport,
    clock,
    random,
    timers,
    sentBy: () => ({ host, port: transport.port }),
    onRequest: (transaction) => {
      const id = dialogIdOf(transaction.request);
      const owner =
        id.ok && id.value
          ? (owners.get(dialogKey(id.value)) ?? callOwners.get(callKey(id.value.callId, id.value.localTag)))
          : undefined;
      if (owner) owner.onRequest(transaction);
      else transaction.respond(id.ok && id.value ? 481 : 486);
    },
  });
  agent.current = userAgent;
  let isClosed = false;

  return {
    server,
    host,
    port: transport.port,
    clock,
    random,
    own: (dialog, owner) => owners.set(dialogKey(dialog), owner),
    disown: (dialog) => owners.delete(dialogKey(dialog)),
    ownCall(request, owner) {
      const from = parseFromTo(request.headers.get('From') ?? '');
      const key = callKey(request.headers.get('Call-ID') ?? '', from.ok ? (from.value.tag ?? '') : '');
      callOwners.set(key, owner);
      return () => {
        if (callOwners.get(key) === owner) callOwners.delete(key);
      };
    },
    request: (request, handlers = {}) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new EndpointClosed());
          return;
        }
        const started: { transaction?: ClientTransaction } = {};
        const settle = (response: SipResponse, origin: Answered['origin']): void => {
          waiting.delete(abandon);
          // The answer may be here before `request` has returned: a transport can fail at once.
          queueMicrotask(() => {
            const { transaction } = started;
            if (transaction) resolve({ response, origin, transaction });
          });
        };
        const abandon = (): void => {
          settle({ ...gone, headers: request.headers }, 'closed');
        };
        waiting.add(abandon);
        started.transaction = userAgent.request(request, server, {
          onFinal: settle,
          ...(handlers.onAnother === undefined ? {} : { onAnotherAnswer: handlers.onAnother }),
        });
        handlers.onStarted?.(started.transaction);
      }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      for (const owner of [...owners.values(), ...callOwners.values()]) owner.onEndpointClosed();
      owners.clear();
      callOwners.clear();
      userAgent.close();
      for (const abandon of waiting) abandon();
      await transport.close();
    },
  };
}

/** Call-IDs and tags hold no spaces. */
function callKey(callId: string, localTag: string): string {
  return `${callId} ${localTag}`;
}

/** A request was to be sent over an endpoint that is closed. */
export class EndpointClosed extends Error {
  override readonly name = 'EndpointClosed';
  constructor() {
    super('the SIP endpoint is closed');
  }
}

const gone = { kind: 'response', status: 503, reason: 'Endpoint closed', body: new Uint8Array(0) } as const;
