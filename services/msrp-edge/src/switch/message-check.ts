import type { CpimHead } from '@plenary/cpim';
import { identityEquals } from '@plenary/wire';
import { matchesType } from '../sessions/capability-class.js';
import type { EdgeSession } from '../sessions/session.js';
import { TokenBucket } from './token-bucket.js';

/** What becomes of a message once its CPIM headers are known. */
export type MessageVerdict =
  /** To everybody, or (`audiencePid` not empty) to one participant. */
  | { readonly kind: 'take'; readonly audiencePid: string; readonly wrappedType: string }
  /** Private, to a URI this edge does not know: room-state does. */
  | { readonly kind: 'resolve'; readonly uri: string; readonly wrappedType: string }
  /** Taken and not passed on: answered 200. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'refuse'; readonly status: 403 | 404 | 415 | 428 };

const IMDN = 'message/imdn+xml';
const COMPOSING = 'application/im-iscomposing+xml';

export interface MessageCheckOptions {
  readonly composingPerSecond: number;
}

/**
 * The checks from From onwards, in the order of CHAT-002: From, several To, To, private-message rules, wrapped type, then direction
 * and rate.
 *
 * Spec: RFC 7701 section 6.1 to 6.3.   Req: CHAT-002 to CHAT-007, CHAT-013, CHAT-028, CHAT-033, PRIV-001 to PRIV-004, RCPT-001,
 * RCPT-004.
 */
export function checkMessage(
  session: EdgeSession,
  head: CpimHead,
  nowMs: number,
  options: MessageCheckOptions,
): MessageVerdict {
  const { room } = session;
  // RFC 7701 section 6.3: From "is not valid (e.g., because it does not 'belong' to the sender)": 403.
  if (!isOwn(session, head.from.uri)) return refuse(403);
  // Section 6.1: "containing several To header fields [...] the MSRP switch MUST reject [...] with a 403 response".
  const [to, ...more] = head.to;
  if (to === undefined || more.length > 0) return refuse(403);
  const wrappedType = head.contentType.mediaType;
  const isPublic = to.uri === room.conferenceUri || identityEquals(to.uri, room.conferenceUri);
  let audiencePid = '';
  if (isPublic) {
    if (wrappedType === IMDN) return refuse(403);
  } else {
    if (!room.policy.privateMessages && wrappedType !== IMDN) return refuse(403);
    const participant = room.roster.resolve(to.uri);
    if (participant === undefined) return { kind: 'resolve', uri: to.uri, wrappedType };
    const refusal = refuseAudience(session, participant);
    if (refusal !== undefined) return refuse(refusal);
    audiencePid = participant.pid;
  }
  return checkContent(session, wrappedType, audiencePid, nowMs, options);
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
  wrappedType: string,
  audiencePid: string,
  nowMs: number,
  options: MessageCheckOptions,
): MessageVerdict {
  const { room, seat } = session;
  if (room.wrappedTypes.size > 0 && wrappedType !== IMDN && !matchesType(room.wrappedTypes, wrappedType))
    return refuse(415);
  if (wrappedType === IMDN) return { kind: 'take', audiencePid, wrappedType };
  if (!session.cls.sends) return refuse(403);
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
  return { kind: 'take', audiencePid, wrappedType };
}

/** Mostly it is written as the session's own URI is: then nothing has to be taken apart. */
function isOwn({ identities }: EdgeSession, uri: string): boolean {
  return identities.includes(uri) || identities.some((own) => identityEquals(own, uri));
}

function refuse(status: 403 | 404 | 415 | 428): MessageVerdict {
  return { kind: 'refuse', status };
}
