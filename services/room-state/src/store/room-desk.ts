import { CompiledQuery } from 'kysely';
import type { ChatId, ParticipantId, RoomId } from '@plenary/wire';
import { deskOf, type RoomCommandKind } from '../room/command.js';
import type { PerformAnswer } from '../room/conference/answer.js';
import type { Desk, NicknameHold, Seat } from '../room/state.js';
import type { Asked, Outcome } from './interface.js';
import { capabilitiesFromJson, seatFromJson } from './json.js';
import type { Queries } from './room-rows.js';

/** What stands beside the conference object, as far as these commands look at it, and what was answered before. */
export interface DeskView {
  readonly desk: Desk;
  /** Answers to requests that come again, by `requestKey`. */
  readonly answered: ReadonlyMap<string, Extract<Outcome, { kind: 'repeated' }>>;
}

/** The stored form of an answer. */
export interface StoredAnswer {
  readonly version: string;
  readonly chatId?: string | undefined;
  readonly answer?: PerformAnswer | undefined;
}

/** Commands whose repeat would have a second effect, or another answer; the others hold by themselves. */
export function isRemembered({ command, requestId }: Asked): boolean {
  return requestId !== '' && rememberedKinds.has(command.kind);
}

const rememberedKinds: ReadonlySet<RoomCommandKind> = new Set([
  'admit',
  'claim-nickname',
  'update-capabilities',
  'perform',
  'perform-sidebar',
]);

export function requestKey({ command, requestId }: Asked): string {
  return `${command.kind} ${requestId}`;
}

interface DeskRow {
  readonly seats: readonly {
    readonly chat_id: string;
    readonly pid: string;
    readonly capabilities: unknown;
    readonly seat: unknown;
  }[];
  readonly seat_count: string;
  readonly remembered: readonly { readonly user_key: string; readonly pid: string }[];
  readonly nicknames: readonly {
    readonly nick_key: string;
    readonly user_key: string;
    readonly held_ms: number | null;
  }[];
  readonly claims: readonly { readonly nick_key: string; readonly user_key: string }[];
  readonly requests: readonly { readonly op: string; readonly request_id: string; readonly result: StoredAnswer }[];
}

// room, chat-IDs, request ids, user keys, nickname keys, whether seats are counted, call ids, whether nicknames of all rooms count.
// Each part by an index, whatever the size of the room.
const deskSql = `select
  (select coalesce(jsonb_agg(jsonb_build_object(
      'chat_id', chat_id, 'pid', pid, 'capabilities', capabilities, 'seat', seat)), '[]')
    from room_state.endpoints
    where room_id = $1 and state = 'seat' and chat_id = any($2::text[] || array(
      select result->>'chatId' from room_state.requests where op = 'admit' and request_id = any($3::text[])))) as seats,
  (select count(*) from room_state.endpoints
    where $6::boolean and room_id = $1 and state = 'seat'
      and seat_expires_at > clock_timestamp()) as seat_count,
  (select coalesce(jsonb_agg(jsonb_build_object('user_key', user_key, 'pid', pid)), '[]')
    from room_state.participants where room_id = $1 and user_key = any($4::text[] || array(
      select user_id from room_state.calls where room_id = $1 and call_id = any($7::text[])))) as remembered,
  (select coalesce(jsonb_agg(jsonb_build_object('nick_key', nick_key, 'user_key', user_key,
      'held_ms', floor(extract(epoch from held_until) * 1000))), '[]')
    from room_state.nicknames where room_id = $1 and nick_key = any($5::text[])) as nicknames,
  (select coalesce(jsonb_agg(jsonb_build_object('nick_key', nick_key, 'user_key', user_key)), '[]') from (
    select nick_key, user_id as user_key from room_state.nickname_registrations where nick_key = any($5::text[])
    union
    select nick_key, user_key from room_state.nicknames
      where $8::boolean and room_id <> $1 and nick_key = any($5::text[])
        and (held_until is null or held_until > clock_timestamp())) as elsewhere) as claims,
  (select coalesce(jsonb_agg(jsonb_build_object('op', op, 'request_id', request_id, 'result', result)), '[]')
    from room_state.requests
    where op in ('admit', 'claim-nickname', 'update-capabilities', 'perform', 'perform-sidebar') and request_id = any($3::text[])) as requests`;

// Until the end of the transaction, in one order for all.
const lockSql = `select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended('room_state.nicknames ' || nick_key, 0) as key
    from unnest($1::text[]) as nick_key order by key) as keys`;

/**
 * One round trip for all of it; under the room's row lock. `scope`: where a nickname in use is unique; beyond the room its keys are locked,
 * so that two rooms do not give it away at once. Req: NICK-X-005.
 */
export async function loadDesk(
  db: Queries,
  room: RoomId,
  asked: readonly Asked[],
  scope: 'room' | 'system',
): Promise<DeskView> {
  const wanted = asked.map(({ command }) => deskOf(command));
  const chatIds = wanted.flatMap(({ chatId }) => chatId ?? []);
  const userKeys = wanted.flatMap(({ userKey }) => userKey ?? []);
  const callIds = wanted.flatMap(({ callId }) => callId ?? []);
  const nickKeys = wanted.flatMap(({ nickKeys: own }) => own);
  const seatCount = wanted.some((desk) => desk.seatCount);
  const requestIds = asked.filter(isRemembered).map(({ requestId }) => requestId);
  if (nickKeys.length > 0 && (scope === 'system' || wanted.some(({ registers }) => registers)))
    await db.executeQuery(CompiledQuery.raw(lockSql, [nickKeys]));
  const parameters = [room, chatIds, requestIds, userKeys, nickKeys, seatCount, callIds, scope === 'system'];
  const { rows } = await db.executeQuery<DeskRow>(CompiledQuery.raw(deskSql, parameters));
  const row = rows[0];
  if (row === undefined) throw new Error('a select without from gave no row');
  return {
    desk: {
      seats: new Map(row.seats.map((seat) => [seat.chat_id as ChatId, seatOf(seat)])),
      seatCount: Number(row.seat_count),
      remembered: new Map(row.remembered.map(({ user_key, pid }) => [user_key, pid as ParticipantId])),
      nicknames: new Map(row.nicknames.map((hold) => [hold.nick_key, holdOf(hold)])),
      claims: claimsOf(row.claims),
    },
    answered: new Map(row.requests.map((request) => [`${request.op} ${request.request_id}`, answerOf(request.result)])),
  };
}

function claimsOf(rows: DeskRow['claims']): Desk['claims'] {
  const claims = new Map<string, string[]>();
  for (const { nick_key, user_key } of rows) claims.set(nick_key, [...(claims.get(nick_key) ?? []), user_key]);
  return claims;
}

function seatOf(row: DeskRow['seats'][number]): Seat {
  return seatFromJson(row.seat, {
    chatId: row.chat_id as ChatId,
    pid: row.pid as ParticipantId,
    capabilities: capabilitiesFromJson(row.capabilities),
  });
}

function holdOf(row: DeskRow['nicknames'][number]): NicknameHold {
  return { userKey: row.user_key, heldUntilMs: row.held_ms ?? undefined };
}

function answerOf(stored: StoredAnswer): Extract<Outcome, { kind: 'repeated' }> {
  const { version, chatId, answer } = stored;
  return { kind: 'repeated', version: BigInt(version), chatId: chatId as ChatId | undefined, answer };
}
