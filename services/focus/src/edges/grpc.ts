import { EdgeServiceClient } from '@plenary/proto/edge';
import { openGrpcClient, RpcError, unary } from '@plenary/service';
import { chooseEdge } from './edge-choice.js';
import type { EdgeRegistry } from './edge-registry.js';
import { NoEdgeError, type Edges } from './interface.js';

export interface GrpcEdgesOptions {
  readonly registry: EdgeRegistry;
  readonly deadlineMs: number;
  readonly roomCap: number;
  readonly random: () => number;
}

/** Edges asked before a join is given up. */
const attempts = 3;
const loadCeiling = 0.7;

/** Control of the edges over gRPC, each at the address its registry entry names. */
export function grpcEdges({ registry, deadlineMs, roomCap, random }: GrpcEdgesOptions): Edges & { close(): void } {
  const clients = new Map<string, InstanceType<typeof EdgeServiceClient>>();
  const clientOf = (address: string): InstanceType<typeof EdgeServiceClient> => {
    const known = clients.get(address);
    if (known) return known;
    const client = openGrpcClient(EdgeServiceClient, address);
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

  return {
    list: () => registry.edges(),

    async reserve(requestId, record) {
      const excluded = new Set<string>();
      let failure: unknown;
      for (let attempt = 0; attempt < attempts; attempt++) {
        const edge = chooseEdge(registry.edges(), record.room, { roomCap, loadCeiling, excluded, random });
        if (!edge) break;
        if (!clients.has(edge.controlAddress)) forgetGone();
        const client = clientOf(edge.controlAddress);
        try {
          const answer = await unary(client, client.reserve, { requestId, record }, { deadlineMs });
          registry.noteReservation(answer.edgeId, record.room);
          return { edgeId: answer.edgeId, path: answer.path };
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          failure = error;
          excluded.add(edge.edgeId);
        }
      }
      throw new NoEdgeError('no msrp-edge takes a session', { cause: failure });
    },

    async update(requestId, edgeId, chatId, capabilities, peerPath = []) {
      const address = registry.controlAddress(edgeId);
      if (address === undefined) throw new NoEdgeError('the edge of the session is gone');
      const client = clientOf(address);
      await unary(client, client.update, { requestId, chatId, capabilities, peerPath: [...peerPath] }, { deadlineMs });
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
