import {
  createUserAgent,
  dialogIdOf,
  dialogKey,
  type Dialog,
  type RandomBytes,
  type ServerTransaction,
  type SipAddress,
  type SipClock,
  type SipFlow,
  type SipTarget,
  type TransactionTimers,
  type UserAgent,
} from '@plenary/sip';
import { openSipTransport, type OpenSipTransport } from '@plenary/sip/net';
import { systemClock, systemRandom } from './clock.js';

export interface SipEndpointOptions {
  /** The focus, or a proxy before it: every request goes there. */
  readonly server: SipAddress;
  /** Address to bind; default 127.0.0.1. */
  readonly host?: string | undefined;
  readonly clock?: SipClock | undefined;
  readonly random?: RandomBytes | undefined;
  readonly timers?: TransactionTimers | undefined;
}

/** Who answers the requests of one dialog. */
export interface DialogOwner {
  onRequest(transaction: ServerTransaction): void;
}

/** One SIP port with its transactions; any number of accounts share it. */
export interface SipEndpoint {
  readonly userAgent: UserAgent;
  readonly server: SipTarget;
  readonly host: string;
  readonly port: number;
  readonly clock: SipClock;
  readonly random: RandomBytes;
  /** In-dialog requests from now on go to `owner`. */
  own(dialog: Dialog, owner: DialogOwner): void;
  disown(dialog: Dialog): void;
  /** Drops all transactions and closes the port. */
  close(): Promise<void>;
}

/** Opens a SIP port of our own towards one server. Requests outside dialogs of ours are answered 481 or 486: this is a client. */
export async function openSipEndpoint(options: SipEndpointOptions): Promise<SipEndpoint> {
  const { server, host = '127.0.0.1', clock = systemClock, random = systemRandom, timers } = options;
  const owners = new Map<string, DialogOwner>();
  const agent: { current?: UserAgent } = {};
  const transport: OpenSipTransport = await openSipTransport({
    host,
    port: 0,
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
      const owner = id.ok && id.value ? owners.get(dialogKey(id.value)) : undefined;
      if (owner) owner.onRequest(transaction);
      else transaction.respond(id.ok && id.value ? 481 : 486);
    },
  });
  agent.current = userAgent;
  return {
    userAgent,
    server,
    host,
    port: transport.port,
    clock,
    random,
    own: (dialog, owner) => owners.set(dialogKey(dialog), owner),
    disown: (dialog) => owners.delete(dialogKey(dialog)),
    async close() {
      userAgent.close();
      await transport.close();
    },
  };
}
