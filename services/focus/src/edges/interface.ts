import type { EndpointCapabilities, LeaveCause } from '@plenary/proto/chat';
import type { EdgeEntry, SessionRecord } from '@plenary/proto/edge';

/** What the focus asks of the edges. */
export interface Edges {
  /** Chooses an edge for the room and reserves there; tries others when one refuses. Throws `NoEdgeError` when none takes it. */
  reserve(requestId: string, record: SessionRecord): Promise<Reservation>;
  update(
    requestId: string,
    edgeId: string,
    chatId: string,
    capabilities: EndpointCapabilities,
    /** Where it became known only now. */
    peer?: { readonly peerPath: readonly string[]; readonly peerFingerprints: readonly string[] },
  ): Promise<void>;
  /** Ends the session; the answer is the highest sequence proven delivered. An edge that is gone counts as done (cursor 0). */
  closeSession(requestId: string, edgeId: string, chatId: string, cause: LeaveCause): Promise<number>;
  list(): readonly EdgeEntry[];
}

export interface Reservation {
  readonly edgeId: string;
  /** Our MSRP URI of the session, for a=path. */
  readonly path: string;
  /** a=fingerprint of the edge's certificate, where the session is over TLS; else empty. */
  readonly fingerprint: string;
}

export class NoEdgeError extends Error {
  override readonly name = 'NoEdgeError';
}
