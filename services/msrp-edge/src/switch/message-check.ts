import type { CpimHead } from '@plenary/cpim';
import { identityEquals, roomEquals } from '@plenary/wire';
import type { EdgeCounters } from '../counters.js';
import { matchesType } from '../sessions/capability-class.js';
import type { EdgeSession } from '../sessions/session.js';
import { COMPOSING, IMDN } from './content-kinds.js';
import { checkFile } from './file-check.js';
import { TokenBucket } from './token-bucket.js';

/** What the checks look at, once the CPIM headers are complete. */
export interface CheckedMessage {
  readonly head: CpimHead;
  /** Octets of the whole CPIM object; 0: not known yet. */
  readonly totalOctets: number;
}

/** To everybody, or (`audiencePid` not empty) to one participant. */
export interface TakenMessage {
  readonly kind: 'take';
  readonly audiencePid: string;
  readonly wrappedType: string;
  /** The whole CPIM object may be this large, where that is less than what the room takes. */
  readonly maxOctets?: number;
}

/** What becomes of a message once its CPIM headers are known. */
export type MessageVerdict =
  | TakenMessage
  /** Private, to a URI this edge does not know: room-state does. */
  | { readonly kind: 'resolve'; readonly uri: string }
  /** Taken and not passed on: answered 200. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'refuse'; readonly status: 403 | 404 | 413 | 415 | 428 };

export interface MessageCheckOptions {
  readonly composingPerSecond: number;
  readonly counters: Pick<EdgeCounters, 'refused'>;
}

/**
 * The checks from From onwards, in the order of CHAT-002: From, several To, To, private-message rules, wrapped type, then what the room
 * says of files, direction and rate.
 *
 * Spec: RFC 7701 section 6.1 to 6.3.   Req: CHAT-002 to CHAT-007, CHAT-013, CHAT-028, CHAT-033, PRIV-001 to PRIV-004, RCPT-001,
 * RCPT-004, POL-018, POL-020, FILE-X-002.
 */
export function checkMessage(
  session: EdgeSession,
  message: CheckedMessage,
  nowMs: number,
  options: MessageCheckOptions,
): MessageVerdict {
  const { room } = session;
  const { head } = message;
  // RFC 7701 section 6.3: From "is not valid (e.g., because it does not 'belong' to the sender)": 403.
  if (!isOwn(session, head.from.uri)) return refuse(403);
  // Section 6.1: "containing several To header fields [...] the MSRP switch MUST reject [...] with a 403 response".
  const [to, ...more] = head.to;
  if (to === undefined || more.length > 0) return refuse(403);
  const wrappedType = head.contentType.mediaType;
  const isPublic = to.uri === room.conferenceUri || roomEquals(to.uri, room.conferenceUri);
  let audiencePid = '';
  if (isPublic) {
    if (wrappedType === IMDN) return refuse(403);
  } else {
    if (!room.policy.privateMessages && wrappedType !== IMDN) return refuse(403);
    const participant = room.roster.resolve(to.uri);
    if (participant === undefined) return { kind: 'resolve', uri: to.uri };
    const refusal = refuseAudience(session, participant);
    if (refusal !== undefined) return refuse(refusal);
    audiencePid = participant.pid;
  }
  return checkContent(session, message, audiencePid, nowMs, options);
}

/** Why this participant cannot be sent a private message by this session: 404, 428, or undefined (PRIV-002, PRIV-004, PRIV-010). */
export function refuseAudience(
  session: EdgeSession,
  participant: {
    readonly pid: string;
    readonly endpoints: readonly {
      readonly chatId: string;
      readonly capabilities?: { privateMessages: boolean } | undefined;
    }[];
  },
): 404 | 428 | undefined {
  const toSelf = participant.pid === session.seat.pid;
  const others = participant.endpoints.filter((endpoint) => endpoint.chatId !== session.chatId);
  const capable = others.some((endpoint) => endpoint.capabilities?.privateMessages === true);
  if (toSelf) return capable ? undefined : 404;
  if (participant.endpoints.length === 0) return 404;
  return capable ? undefined : 428;
}

/** The checks that follow once it is known whom the message is for. */
export function checkContent(
  session: EdgeSession,
  { head, totalOctets }: CheckedMessage,
  audiencePid: string,
  nowMs: number,
  options: MessageCheckOptions,
): MessageVerdict {
  const { room, seat } = session;
  const wrappedType = head.contentType.mediaType;
  if (room.wrappedTypes.size > 0 && wrappedType !== IMDN && !matchesType(room.wrappedTypes, wrappedType))
    return refuse(415);
  if (wrappedType === IMDN) return { kind: 'take', audiencePid, wrappedType };
  const file = checkFile(room.policy, head, totalOctets, audiencePid !== '');
  if (file.kind === 'refuse') {
    options.counters.refused.file++;
    return file;
  }
  const silenced = silencedBy(session, wrappedType);
  if (silenced !== undefined) {
    options.counters.refused[silenced]++;
    return refuse(403);
  }
  if (wrappedType === COMPOSING) {
    const { composingPerSecond } = options;
    session.composing ??= new TokenBucket(composingPerSecond, composingPerSecond, nowMs);
    return session.composing.take(nowMs) ? { kind: 'take', audiencePid, wrappedType } : { kind: 'drop' };
  }
  const { ratePerSecond, rateBurst } = room.policy;
  if (ratePerSecond > 0) {
    seat.bucket ??= new TokenBucket(ratePerSecond, Math.max(1, rateBurst), nowMs);
    if (!seat.bucket.take(nowMs)) return refuse(403);
  }
  const { maxOctets } = file;
  return maxOctets === undefined
    ? { kind: 'take', audiencePid, wrappedType }
    : { kind: 'take', audiencePid, wrappedType, maxOctets };
}

/** Why a session's messages of this type are not taken now; undefined: they are (CHAT-033, POL-018). */
export function silencedBy(session: EdgeSession, wrappedType: string): 'muted' | 'suspended' | undefined {
  if (wrappedType === IMDN) return undefined;
  if (!session.cls.sends) return 'muted';
  return session.room.policy.suspended ? 'suspended' : undefined;
}

/** Mostly it is written as the session's own URI is: then nothing has to be taken apart. */
function isOwn({ identities }: EdgeSession, uri: string): boolean {
  return identities.includes(uri) || identities.some((own) => identityEquals(own, uri));
}

function refuse(status: 403 | 404 | 415 | 428): MessageVerdict {
  return { kind: 'refuse', status };
}
