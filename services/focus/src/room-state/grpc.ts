import { ConferenceServiceClient, DigestAlgorithm, RoomStateServiceClient } from '@plenary/proto/roomstate';
import { type InternalIdentity, openGrpcClient, towards, unary } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import type { RoomState } from './interface.js';

/** Room-state over gRPC, over TLS with an identity. `address` may name several servers; calls go round them. */
export function grpcRoomState(
  address: string,
  deadlineMs: number,
  identity?: InternalIdentity,
  tracer?: Tracer,
): RoomState & { close(): void } {
  const tls = towards(identity, 'room-state');
  const client = openGrpcClient(RoomStateServiceClient, address, { tls, tracer });
  // The document of a room with ten thousand users has some five million octets.
  const conferences = openGrpcClient(ConferenceServiceClient, address, {
    maxResponseBytes: 64 * 1024 * 1024,
    tls,
    tracer,
  });
  const options = { deadlineMs };
  return {
    async credential(username, realm, algorithm) {
      const answer = await unary(
        client,
        client.getCredential,
        { username, realm, algorithm: algorithm === 'MD5' ? DigestAlgorithm.MD5 : DigestAlgorithm.SHA256 },
        options,
      );
      return answer.found
        ? { ha1: answer.ha1, identities: answer.identities, systemRoles: answer.systemRoles }
        : undefined;
    },
    admit: (request) => unary(client, client.admit, request, options),
    async join(requestId, room, chatId, edgeId) {
      const { joined } = await unary(client, client.join, { requestId, room, chatId, edgeId }, options);
      return { joined };
    },
    async leave(requestId, room, chatId, cause) {
      await unary(client, client.leave, { requestId, room, chatId, cause }, options);
    },
    async updateCapabilities(requestId, room, chatId, capabilities) {
      await unary(client, client.updateCapabilities, { requestId, room, chatId, capabilities }, options);
    },
    async roomByUri(conferenceUri) {
      const answer = await unary(
        client,
        client.getRoom,
        { key: { $case: 'conferenceUri', value: conferenceUri } },
        options,
      );
      return answer.found ? answer.room : undefined;
    },
    document: (request) => unary(conferences, conferences.getDocument, request, options),
    async roomById(room) {
      const answer = await unary(client, client.getRoom, { key: { $case: 'room', value: room } }, options);
      return answer.found ? answer.room : undefined;
    },
    async reportCall(requestId, room, callId, failure) {
      await unary(client, client.reportCall, { requestId, room, callId, failure }, options);
    },
    close() {
      client.close();
      conferences.close();
    },
  };
}
