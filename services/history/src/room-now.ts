import { RoomStateServiceClient } from '@plenary/proto/roomstate';
import { type InternalIdentity, openGrpcClient, towards, unary } from '@plenary/service';
import type { RoomId } from '@plenary/wire';
import { isMuted, keepingPolicy, type RoomNow } from './room-log.js';

/** Asks who knows how a room is now. Rejects when there is no answer: the batch then comes again. */
export interface RoomDirectory {
  now(room: RoomId): Promise<RoomNow>;
  close(): void;
}

/** Room-state over gRPC; over TLS with an identity. */
export function grpcRoomDirectory(address: string, deadlineMs: number, identity?: InternalIdentity): RoomDirectory {
  const client = openGrpcClient(RoomStateServiceClient, address, { tls: towards(identity, 'room-state') });
  return {
    async now(room) {
      const { room: view } = await unary(
        client,
        client.getRoom,
        { key: { $case: 'room', value: room } },
        { deadlineMs, waitForReady: true },
      );
      if (view === undefined) return undefined;
      const muted = view.roster
        .flatMap(({ endpoints }) => endpoints)
        .flatMap(({ chatId, allowed }) => (isMuted(allowed) ? [chatId] : []));
      return { ...keepingPolicy(view.policy), epoch: view.epoch, version: view.version, closed: false, muted };
    },
    close: () => client.close(),
  };
}
