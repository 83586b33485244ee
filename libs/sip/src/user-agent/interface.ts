import type { SipFlow, SipMessage, SipTransportName } from '../message.js';

/** Where a message goes when there is no flow to its reader: an address or name that was resolved before. */
export interface SipAddress {
  readonly transport: SipTransportName;
  readonly host: string;
  readonly port: number;
  /** For TLS: the host of the URI this came of, which the certificate there has to name (RFC 5922 section 7.3). Default: `host`. */
  readonly name?: string | undefined;
}

/** A flow that stands, or an address to which one may be made. */
export type SipTarget = SipFlow | SipAddress;

/** Time, as an argument. */
export interface SipClock {
  nowMs(): number;
  /** Calls `fn` once after `ms` milliseconds unless cancelled. */
  setTimer(ms: number, fn: () => void): { cancel(): void };
}

/** `length` random octets, fit for tags and branches that nobody may guess. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * What the user agent needs of a transport. `send` resolves when the message was handed to the socket and rejects when it
 * cannot be. A response goes to the flow its request came by (RFC 3261 section 18.2.2): if that is gone, the transport
 * falls back to the top Via by itself.
 */
export interface SipTransport {
  send(message: SipMessage, target: SipTarget): Promise<void>;
  /** Whether a flow of that id can still be written to. */
  hasFlow(flowId: string): boolean;
  close(): Promise<void>;
}

/** Whether the transport retransmits by itself, which turns off timers A, E and G (RFC 3261 section 17). */
export function isReliable(transport: SipTransportName): boolean {
  return transport !== 'UDP';
}

/** Tells a flow from an address. */
export function isFlow(target: SipTarget): target is SipFlow {
  return 'id' in target;
}
