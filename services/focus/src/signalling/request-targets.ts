import { parseUri, type SipTarget } from '@plenary/sip';
import { resolveSipUri, systemDns } from '@plenary/sip/net';
import type { DialogRecord } from '../store/interface.js';

export interface RequestTargetsOptions {
  readonly replica: string;
  /** Whether a connection of this process stands. */
  readonly hasFlow: (flowId: string) => boolean;
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
  random,
}: RequestTargetsOptions): (
  peer: Pick<DialogRecord, 'flow' | 'replica'>,
  nextHop: string,
) => Promise<readonly SipTarget[]> {
  return async (peer, nextHop) => {
    const { flow } = peer;
    if (peer.replica === replica && hasFlow(flow.id)) return [flow];
    if (flow.transport === 'UDP') return [{ transport: 'UDP', host: flow.remoteAddress, port: flow.remotePort }];
    const uri = parseUri(nextHop);
    if (!uri.ok || uri.value.kind !== 'sip') return [];
    return resolveSipUri(uri.value, { dns: systemDns, transports: ['UDP', 'TCP'], random });
  };
}
