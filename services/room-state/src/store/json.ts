import { Direction, EndpointCapabilities, RoomPolicy } from '@plenary/proto/chat';
import type { EndpointOrigin, PendingState, Persona, Seat, SipDialogName } from '../room/state.js';

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
  return RoomPolicy.fromPartial({
    ...stored,
    maxSizeBytes: BigInt(stored.maxSizeBytes ?? '0'),
    historyRetentionSeconds: BigInt(stored.historyRetentionSeconds ?? '0'),
    fileMaxBytes: BigInt(stored.fileMaxBytes ?? '0'),
  });
}

export function capabilitiesToJson(capabilities: EndpointCapabilities): string {
  return write(capabilities);
}
export function capabilitiesFromJson(column: unknown): EndpointCapabilities {
  const stored = column as Stored<EndpointCapabilities>;
  return EndpointCapabilities.fromPartial({ ...stored, maxSizeBytes: BigInt(stored.maxSizeBytes ?? '0') });
}

export function touchedToJson(touched: ReadonlyMap<string, bigint>): string {
  return write(Object.fromEntries(touched));
}
export function touchedFromJson(column: unknown): ReadonlyMap<string, bigint> {
  return new Map(Object.entries(column as Record<string, string>).map(([path, version]) => [path, BigInt(version)]));
}

export function dialogToJson(dialog: SipDialogName | undefined): string | null {
  return dialog === undefined ? null : write(dialog);
}
export function dialogFromJson(column: unknown): SipDialogName | undefined {
  return column === null ? undefined : (column as SipDialogName);
}

/** The part of a seat, or of somebody who waits, that its endpoint row has no column for. */
export type SeatProfile = Persona &
  EndpointOrigin &
  Pick<Seat, 'expiresAtMs' | 'granted'> &
  Partial<Pick<PendingState, 'sinceMs' | 'admitted' | 'callUri' | 'nickname' | 'nickKey'>>;

export function seatToJson(seat: Seat | PendingState): string {
  const { chatId: _chatId, pid: _pid, capabilities: _capabilities, ...profile } = seat;
  return write(profile satisfies SeatProfile);
}
export function seatFromJson(column: unknown, row: Pick<Seat, 'chatId' | 'pid' | 'capabilities'>): Seat {
  return { ...profileOf(column), ...row };
}
export function pendingFromJson(column: unknown, row: Pick<Seat, 'chatId' | 'pid' | 'capabilities'>): PendingState {
  return { sinceMs: 0, admitted: false, callUri: '', nickname: '', nickKey: '', ...profileOf(column), ...row };
}

/** A profile that lacks a field was written before there was one. */
function profileOf(column: unknown): SeatProfile {
  const stored = column as Partial<SeatProfile> & Pick<SeatProfile, 'userId' | 'userKey' | 'entity' | 'expiresAtMs'>;
  const identities = stored.identities ?? [];
  return {
    aors: identities,
    displayName: '',
    roles: [],
    anonymity: 'none',
    unauthenticated: false,
    contact: '',
    label: '',
    joiningMethod: 'dialed-in',
    dialog: undefined,
    callId: '',
    granted: Direction.UNSPECIFIED,
    ...stored,
    identities,
  };
}
