/**
 * Where a response goes when it cannot go back over the connection its request came by (RFC 3261 section 18.2.2, RFC 3581 section 4). Req: SIP-008.
 */
import { bareHost } from '../header/host.js';
import type { Via } from '../header/via.js';
import type { SipTransportName } from '../message.js';
import type { SipAddress } from '../user-agent/interface.js';
import { defaultPort } from './resolve.js';

const KNOWN: readonly string[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];

/** Address by the top Via of the response; `undefined` for a transport we do not know. */
export function responseAddress(via: Via): SipAddress | undefined {
  if (!KNOWN.includes(via.transport)) return undefined;
  const transport = via.transport as SipTransportName;
  const port = via.port ?? defaultPort(transport);
  if (transport === 'UDP') {
    // "if the Via header field value contains a maddr parameter, the response MUST be forwarded to the address listed there, using the port
    // indicated in sent-by" (section 18.2.2).
    if (via.maddr !== undefined) return { transport, host: bareHost(via.maddr), port };
    // "the response MUST be sent to the IP address indicated in the received parameter, and the port indicated in the rport" (RFC 3581).
    if (via.received !== undefined) {
      return { transport, host: via.received, port: typeof via.rport === 'number' ? via.rport : port };
    }
    return { transport, host: bareHost(via.host), port };
  }
  // "the server SHOULD open a connection to the IP address in the received parameter, if present, using the port in the sent-by
  // value" (section 18.2.2): the source port of a connection that is gone leads nowhere.
  return { transport, host: via.received ?? bareHost(via.host), port };
}
