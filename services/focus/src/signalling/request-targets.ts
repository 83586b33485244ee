import { needsSips, parseUri, type SipTarget, type SipTransportName } from '@plenary/sip';
import { resolveSipUri, systemDns } from '@plenary/sip/net';
import type { DialogRecord } from '../store/interface.js';

export interface RequestTargetsOptions {
  readonly replica: string;
  /** Whether a connection of this process stands. */
  readonly hasFlow: (flowId: string) => boolean;
  /** Transports a request can be sent over. */
  readonly transports: () => readonly SipTransportName[];
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Where requests of ours in a dialog go: back over the connection the peer was last heard on, if this replica holds it (names of connections mean nothing
 * elsewhere), or to the address a UDP peer was heard from; else to what the next hop's URI resolves to (RFC 3263). Empty: nowhere.
 */
export function requestTargets({
  replica,
  hasFlow,
  transports,
  random,
}: RequestTargetsOptions): (
  peer: Pick<DialogRecord, 'dialog' | 'flow' | 'replica'>,
  nextHop: string,
) => Promise<readonly SipTarget[]> {
  const byUri = async (
    nextHop: string,
    fits: (transport: SipTransportName) => boolean,
  ): Promise<readonly SipTarget[]> => {
    const uri = parseUri(nextHop);
    if (!uri.ok || uri.value.kind !== 'sip') return [];
    return resolveSipUri(uri.value, { dns: systemDns, transports: transports().filter(fits), random });
  };
  return async (peer, nextHop) => {
    const { flow } = peer;
    // A dialog made by sips stays on TLS (RFC 3261 section 12.1.1, 26.2.2).
    const isBound = needsSips(peer.dialog);
    const fits = (transport: SipTransportName): boolean => !isBound || transport === 'TLS';
    if (!fits(flow.transport)) return byUri(nextHop, fits);
    if (peer.replica === replica && hasFlow(flow.id)) return [flow];
    if (flow.transport === 'UDP') return [{ transport: 'UDP', host: flow.remoteAddress, port: flow.remotePort }];
    return byUri(nextHop, fits);
  };
}
