import { randomUUID } from 'node:crypto';
import { RoomStateServiceClient } from '@plenary/proto/roomstate';
import { type InternalIdentity, openGrpcClient, towards, unary } from '@plenary/service';
import type { Tracer } from '@plenary/telemetry';
import type { RoomState } from './room-state.interface.js';

/** Room-state over gRPC, over TLS with an identity. Every call has the same deadline. */
export function grpcRoomState(
  address: string,
  deadlineMs: number,
  identity?: InternalIdentity,
  tracer?: Tracer,
): RoomState & { close(): void } {
  const client = openGrpcClient(RoomStateServiceClient, address, { tls: towards(identity, 'room-state'), tracer });
  const options = { deadlineMs };
  return {
    async join(room, chatId, edgeId, parent) {
      const request = { requestId: randomUUID(), room, chatId, edgeId };
      await unary(client, client.join, request, { ...options, parent });
    },
    async leave(room, chatId, cause) {
      const request = { requestId: randomUUID(), room, chatId, cause };
      await unary(client, client.leave, request, options);
    },
    async claimNickname(requestId, room, chatId, nickname) {
      const answer = await unary(client, client.claimNickname, { requestId, room, chatId, nickname }, options);
      return answer.result;
    },
    async resolve(room, uri) {
      const answer = await unary(client, client.resolve, { room, uri }, options);
      return answer.found ? answer.participant : undefined;
    },
    async getRoom(room) {
      const request = { key: { $case: 'room' as const, value: room } };
      const answer = await unary(client, client.getRoom, request, options);
      return answer.found ? answer.room : undefined;
    },
    close: () => client.close(),
  };
}
