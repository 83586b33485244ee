import { Direction, EndpointCapabilities } from '@plenary/proto/chat';
import type { PeerCapabilities } from '@plenary/sdp';

const directions: Record<PeerCapabilities['direction'], Direction> = {
  sendrecv: Direction.SENDRECV,
  sendonly: Direction.SENDONLY,
  recvonly: Direction.RECVONLY,
  inactive: Direction.INACTIVE,
};

/** What an SDP says of a device, as the other services know it. An open type list is `*` alone: accept-types may name less. */
export function capabilitiesOf(peer: PeerCapabilities): EndpointCapabilities {
  return EndpointCapabilities.fromPartial({
    acceptTypes: [...peer.acceptTypes],
    acceptWrappedTypes: peer.acceptWrappedTypes.includes('*') ? ['*'] : [...peer.acceptWrappedTypes],
    maxSizeBytes: BigInt(peer.maxSizeBytes ?? 0),
    chatroom: peer.chatroom,
    nickname: peer.nickname,
    privateMessages: peer.privateMessages,
    direction: directions[peer.direction],
  });
}

/** What is assumed of a device whose description is still to come with its ACK. */
export function unknownCapabilities(): EndpointCapabilities {
  return EndpointCapabilities.fromPartial({
    acceptTypes: ['message/cpim'],
    acceptWrappedTypes: ['*'],
    direction: Direction.SENDRECV,
  });
}
