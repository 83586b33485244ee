import { EndpointCapabilities, RoomPolicy } from '@plenary/proto/chat';
import type { ParticipantId } from '@plenary/wire';
import type { RoomAccess } from '../room/policy.js';
import type { Seat } from '../room/state.js';

/** What stands in `jsonb` columns. Fields added later read as their defaults; 64-bit numbers are written as texts. */

type Stored<T> = { readonly [K in keyof T]?: T[K] extends bigint ? string : T[K] };

function write(value: object): string {
  return JSON.stringify(value, (_key, field: unknown) => (typeof field === 'bigint' ? field.toString() : field));
}

export function policyToJson(policy: RoomPolicy): string {
  return write(policy);
}
export function policyFromJson(column: unknown): RoomPolicy {
  const stored = column as Stored<RoomPolicy>;
  return RoomPolicy.fromPartial({ ...stored, maxSizeBytes: BigInt(stored.maxSizeBytes ?? '0') });
}

export function capabilitiesToJson(capabilities: EndpointCapabilities): string {
  return write(capabilities);
}
export function capabilitiesFromJson(column: unknown): EndpointCapabilities {
  const stored = column as Stored<EndpointCapabilities>;
  return EndpointCapabilities.fromPartial({ ...stored, maxSizeBytes: BigInt(stored.maxSizeBytes ?? '0') });
}

const closedAccess: RoomAccess = {
  membersOnly: true,
  members: [],
  moderators: [],
  moderated: false,
  sessions: 'many',
};

export function accessToJson(access: RoomAccess): string {
  return write(access);
}
/** A field that is missing reads as the stricter choice. */
export function accessFromJson(column: unknown): RoomAccess {
  return { ...closedAccess, ...(column as Partial<RoomAccess>) };
}

/** The part of a seat that its endpoint row has no column for. */
export type SeatProfile = Pick<
  Seat,
  'userId' | 'userKey' | 'entity' | 'identities' | 'displayName' | 'roles' | 'expiresAtMs'
>;

export function seatToJson({ userId, userKey, entity, identities, displayName, roles, expiresAtMs }: Seat): string {
  const profile: SeatProfile = { userId, userKey, entity, identities, displayName, roles, expiresAtMs };
  return write(profile);
}
export function seatFromJson(
  column: unknown,
  row: Pick<Seat, 'chatId' | 'capabilities'> & { pid: ParticipantId },
): Seat {
  const profile = column as SeatProfile;
  return { ...profile, ...row };
}
