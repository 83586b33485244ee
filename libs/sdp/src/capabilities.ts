import { parseAcceptTypes } from './attribute/accept-types.js';
import { effectiveWrappedTypes } from './attribute/accept-wrapped-types.js';
import { parseChatroom } from './attribute/chatroom.js';
import { directionIn, type Direction } from './attribute/direction.js';
import { admits } from './attribute/format-list.js';
import { parseMaxSize } from './attribute/max-size.js';
import { parsePath } from './attribute/path.js';
import { attributeOf, type MediaDescription, type SessionDescription } from './session-description.js';

/** What the peer of one stream can do and wants, from its offer or answer. */
export interface PeerCapabilities {
  /** a=path left to right: connect to the first, talk to the last (RFC 4975 §8.3). Empty when there is no usable one. */
  readonly peerPath: readonly string[];
  readonly acceptTypes: readonly string[];
  /** What may stand inside message/cpim, never empty; `['*']` when the peer leaves it open. */
  readonly acceptWrappedTypes: readonly string[];
  /** Largest message it takes, octets; absent when it says nothing. */
  readonly maxSizeBytes?: number;
  readonly chatroom: boolean;
  readonly nickname: boolean;
  readonly privateMessages: boolean;
  /** As the peer sees it: `recvonly` means that it does not send. */
  readonly direction: Direction;
}

/**
 * Reads what a stream says about its writer. Attributes that are malformed count as absent. The session level is asked for the
 * direction only, when `session` is given.
 *
 * Spec: RFC 4975 §8, RFC 7701 §8.   Req: SDP-004, SDP-008 to SDP-012.
 */
export function peerCapabilities(media: MediaDescription, session?: SessionDescription): PeerCapabilities {
  const acceptTypes = parseAcceptTypes(attributeOf(media.lines, 'accept-types') ?? '');
  const chatroom = attributeOf(media.lines, 'chatroom');
  const maxSizeBytes = parseMaxSize(attributeOf(media.lines, 'max-size') ?? '');
  return {
    peerPath: (parsePath(attributeOf(media.lines, 'path') ?? '') ?? []).map((uri) => uri.uri),
    acceptTypes,
    acceptWrappedTypes: effectiveWrappedTypes(acceptTypes, attributeOf(media.lines, 'accept-wrapped-types')),
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    chatroom: chatroom !== undefined,
    ...parseChatroom(chatroom ?? ''),
    direction: directionIn(media.lines) ?? directionIn(session?.lines ?? []) ?? 'sendrecv',
  };
}

/** True when the peer takes this type inside message/cpim.   Req: CHAT-012. */
export function admitsWrapped(capabilities: PeerCapabilities, mediaType: string): boolean {
  return admits(capabilities.acceptWrappedTypes, mediaType);
}
