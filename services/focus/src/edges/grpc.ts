import { EdgeServiceClient, type SessionRecord } from '@plenary/proto/edge';
import { type InternalIdentity, openGrpcClient, RpcError, towards, unary } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import { chooseEdge } from './edge-choice.js';
import type { EdgeRegistry } from './edge-registry.js';
import { takes } from '../conference/transports.js';
import { NoEdgeError, type Edges } from './interface.js';

export interface GrpcEdgesOptions {
  readonly registry: EdgeRegistry;
  readonly deadlineMs: number;
  readonly roomCap: number;
  readonly roomLoadCap: number;
  readonly random: () => number;
  /** Over TLS with one. */
  readonly identity?: InternalIdentity | undefined;
  readonly tracer?: Tracer | undefined;
}

/** Edges asked before a join is given up. */
const attempts = 3;
const loadCeiling = 0.7;

/** Control of the edges over gRPC, each at the address its registry entry names. */
export function grpcEdges({
  registry,
  deadlineMs,
  roomCap,
  roomLoadCap,
  random,
  identity,
  tracer,
}: GrpcEdgesOptions): Edges & { close(): void } {
  const clients = new Map<string, InstanceType<typeof EdgeServiceClient>>();
  const clientOf = (address: string): InstanceType<typeof EdgeServiceClient> => {
    const known = clients.get(address);
    if (known) return known;
    const client = openGrpcClient(EdgeServiceClient, address, { tls: towards(identity, 'msrp-edge'), tracer });
    clients.set(address, client);
    return client;
  };
  /** Connections to edges that are gone are closed when another edge is first talked to. */
  const forgetGone = (): void => {
    const alive = new Set(registry.edges().map((edge) => edge.controlAddress));
    for (const [address, client] of clients) {
      if (alive.has(address)) continue;
      client.close();
      clients.delete(address);
    }
  };

  /** What a sampled join is known by, for the traces of what is said in the session. */
  const traced = (record: SessionRecord): SessionRecord => {
    const join = tracer?.active();
    return join === undefined ? record : { ...record, joinTraceparent: join.traceparent };
  };

  return {
    list: () => registry.edges(),

    async reserve(requestId, record) {
      const excluded = new Set<string>();
      let failure: unknown;
      for (let attempt = 0; attempt < attempts; attempt++) {
        const taking = registry.edges().filter((one) => takes(one, record.secure));
        const edge = chooseEdge(taking, record.room, {
          roomCap,
          roomLoadCap,
          loadCeiling,
          excluded,
          random,
        });
        if (!edge) break;
        if (!clients.has(edge.controlAddress)) forgetGone();
        const client = clientOf(edge.controlAddress);
        try {
          const answer = await unary(client, client.reserve, { requestId, record: traced(record) }, { deadlineMs });
          registry.noteReservation(answer.edgeId, record.room, answer.roomSessions);
          return { edgeId: answer.edgeId, path: answer.path, fingerprint: answer.fingerprint };
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          failure = error;
          excluded.add(edge.edgeId);
        }
      }
      throw new NoEdgeError('no msrp-edge takes a session', { cause: failure });
    },

    async update(requestId, edgeId, chatId, capabilities, peer) {
      const address = registry.controlAddress(edgeId);
      if (address === undefined) throw new NoEdgeError('the edge of the session is gone');
      const client = clientOf(address);
      const peerPath = [...(peer?.peerPath ?? [])];
      const peerFingerprints = [...(peer?.peerFingerprints ?? [])];
      const request = { requestId, chatId, capabilities, peerPath, peerFingerprints };
      await unary(client, client.update, request, { deadlineMs });
    },

    async closeSession(requestId, edgeId, chatId, cause) {
      const address = registry.controlAddress(edgeId);
      if (address === undefined) return 0;
      const client = clientOf(address);
      const answer = await unary(client, client.closeSession, { requestId, chatId, cause }, { deadlineMs });
      return Number(answer.cursor);
    },

    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}
