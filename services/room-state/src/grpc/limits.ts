import { status } from '@grpc/grpc-js';
import { EndpointCapabilities } from '@plenary/proto/chat';
import type { Requestor } from '@plenary/proto/roomstate';
import { RpcFault } from '@plenary/service';
import type { ChatId, RoomId } from '@plenary/wire';

/** Bounds on what a caller may hand over: what is kept here goes into events, whose size has a limit. */
export const limits = {
  uriLength: 255,
  identities: 16,
  displayNameLength: 256,
  requestIdLength: 128,
  edgeIdLength: 128,
  mediaTypes: 64,
  mediaTypeLength: 100,
  nicknameLength: 4096,
  systemRoles: 16,
  userIdLength: 512,
  userIds: 64,
  passwordLength: 1024,
  labelLength: 64,
  documentLength: 512 * 1024,
} as const;

/** ULIDs are checked at every boundary: room ids become parts of subjects. */
export function roomIdOf(text: string): RoomId {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(text)) throw invalid('room is not a ULID');
  return text as RoomId;
}

export function chatIdOf(text: string): ChatId {
  if (!/^[0-9a-z]{12}$/.test(text)) throw invalid('chat_id is not 12 characters of base36');
  return text as ChatId;
}

/** `<name>-<6 base36>`: a key in the registry of edges. */
export function edgeIdOf(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(text)) throw invalid('edge_id is not a name');
  return within('edge_id', text, limits.edgeIdLength);
}

export function within(field: string, text: string, length: number): string {
  if (text.length > length) throw invalid(`${field} is longer than ${String(length)} characters`);
  return text;
}

export function listWithin(field: string, list: readonly string[], count: number, length: number): readonly string[] {
  if (list.length > count) throw invalid(`${field} has more than ${String(count)} entries`);
  return list.map((entry) => within(field, entry, length));
}

/** Who asks for conference control, each part within its bound. */
export function requestorOf(requestor: Requestor | undefined): Requestor | undefined {
  if (requestor === undefined) return undefined;
  within('requestor.user_id', requestor.userId, limits.userIdLength);
  if (requestor.identity === undefined) return requestor;
  const { username, uris, systemRoles, userIds } = requestor.identity;
  within('requestor.identity.username', username, limits.uriLength);
  listWithin('requestor.identity.uris', uris, limits.identities, limits.uriLength);
  listWithin('requestor.identity.system_roles', systemRoles, limits.systemRoles, limits.uriLength);
  listWithin('requestor.identity.user_ids', userIds, limits.userIds, limits.userIdLength);
  return requestor;
}

export function capabilitiesOf(given: EndpointCapabilities | undefined): EndpointCapabilities {
  const capabilities = given ?? EndpointCapabilities.fromPartial({});
  listWithin('accept_types', capabilities.acceptTypes, limits.mediaTypes, limits.mediaTypeLength);
  listWithin('accept_wrapped_types', capabilities.acceptWrappedTypes, limits.mediaTypes, limits.mediaTypeLength);
  return capabilities;
}

/** Page size: 0 is 100, at most 1,000. */
export function pageSize(limit: number): number {
  return limit === 0 ? 100 : Math.min(limit, 1_000);
}

export function invalid(message: string): RpcFault {
  return new RpcFault(status.INVALID_ARGUMENT, message);
}
