import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { EdgeServiceServer } from '@plenary/proto/edge';
import { handler, RpcFault } from '@plenary/service';
import type { Edge } from './edge.js';

/** The gRPC service by which focus directs this edge. Never called per message. */
export function edgeService(edge: Edge, edgeId: string, reservationMs: number): UntypedServiceImplementation {
  const service: EdgeServiceServer = {
    reserve: handler(async ({ requestId, record }) => {
      if (record === undefined || requestId === '')
        throw new RpcFault(status.INVALID_ARGUMENT, 'no record or request id');
      const result = await edge.reserve(requestId, record);
      if ('path' in result) return { ...result, edgeId, expiresInSeconds: Math.round(reservationMs / 1000) };
      switch (result.code) {
        case 'draining':
          throw new RpcFault(status.UNAVAILABLE, 'this edge is draining');
        case 'full':
          throw new RpcFault(status.RESOURCE_EXHAUSTED, 'this edge holds as many sessions as it may');
        case 'no-such-transport':
          throw new RpcFault(status.FAILED_PRECONDITION, 'this edge does not take that transport');
        default:
          throw new RpcFault(status.INVALID_ARGUMENT, result.code);
      }
    }),
    update: handler(async ({ chatId, capabilities, peerPath, peerFingerprints }) => {
      if (capabilities === undefined) throw new RpcFault(status.INVALID_ARGUMENT, 'no capabilities');
      const result = edge.update(chatId, capabilities, peerPath, peerFingerprints);
      if (result === 'no-such-session') throw new RpcFault(status.NOT_FOUND, 'no such session here');
      if (result === 'bad-peer-path') throw new RpcFault(status.INVALID_ARGUMENT, result);
      return {};
    }),
    closeSession: handler(async ({ chatId }) => {
      const { existed, cursor } = edge.close(chatId);
      return { existed, cursor: BigInt(cursor) };
    }),
    stats: handler(async () => {
      const { counters } = edge;
      const sum = (values: Readonly<Record<string, number>>): bigint =>
        BigInt(Object.values(values).reduce((total, value) => total + value, 0));
      return {
        sessions: edge.sessionCount,
        connections: edge.connectionCount,
        rooms: edge.roomCount,
        deliveries: BigInt(counters.deliveries),
        queuedBytes: BigInt(edge.queuedBytes()),
        gapsDetected: sum(counters.gapsDetected),
        gapsRepaired: sum(counters.gapsRepaired),
      };
    }),
  };
  return service;
}
