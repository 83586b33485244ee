import { FileAudience, RoomPolicy } from '@plenary/proto/chat';
import { parseXconUri, normalizeXconUri, type ConferenceView, type FileTransferView } from '@plenary/xcon';
import { conferenceUri } from '../conference-uri.js';
import type { RoomState } from './state.js';

/** Said to everybody who enters a logged room (CHAT-031). */
export const defaultLoggingNotice = 'Messages in this room are recorded.';

/** Largest message of a room that names no limit, octets. */
const defaultMessageBytes = 16n * 1024n * 1024n;
/** Messages of the kept log shown to who enters, where the room names no number. */
const defaultHistoryCount = 20;

/** What a policy depends on beside the document. */
export interface PolicySurroundings {
  /** Nobody's messages are taken now. Req: CONF-016. */
  readonly suspended: boolean;
  /** The main conference whose messages a sidebar receives. */
  readonly hears: { readonly room: string; readonly shard: string } | undefined;
}

export const noSurroundings: PolicySurroundings = { suspended: false, hears: undefined };

/** The rules of a room an edge needs on the message path, as its document says them. Req: POL-001. */
export function policyOf(view: ConferenceView, { suspended, hears }: PolicySurroundings = noSurroundings): RoomPolicy {
  const { policy, history, logging } = view;
  const files = view.availableMedia.find(({ type, fileTransfer }) => type === 'message' && fileTransfer !== undefined);
  return RoomPolicy.fromPartial({
    logged: logging.active,
    loggingNotice: logging.active ? defaultLoggingNotice : '',
    privateMessages: policy.privateMessages,
    nicknames: policy.nicknames,
    maxSizeBytes: policy.maxMessageBytes === undefined ? defaultMessageBytes : BigInt(policy.maxMessageBytes),
    wrappedTypes: [...policy.wrappedTypes],
    copyToOwnSessions: policy.copyToOwnSessions,
    requireTls: policy.requireTls,
    ratePerSecond: policy.ratePerSecond ?? 0,
    rateBurst: policy.rateBurst ?? 0,
    maximumUserCount: view.maximumUserCount ?? 0,
    locked: view.locked,
    nicknameQuarantineSeconds: Math.ceil(policy.quarantineMs / 1000),
    suspended,
    historyOnJoin: logging.active && history.onJoin ? (history.defaultCount ?? defaultHistoryCount) : 0,
    historyRetentionSeconds: BigInt(Math.ceil((history.retentionMs ?? 0) / 1000)),
    historyHold: history.legalHold,
    hearsRoom: hears?.room ?? '',
    hearsShard: hears?.shard ?? '',
    streams: view.availableMedia.flatMap(({ type, label }) => (type === 'message' ? [label] : [])).slice(1),
    ...filesOf(files?.fileTransfer),
  });
}

const audiences = { room: FileAudience.ROOM, one: FileAudience.ONE, both: FileAudience.BOTH } as const;

function filesOf(files: FileTransferView | undefined): Partial<RoomPolicy> {
  if (files === undefined) return { files: FileAudience.UNSPECIFIED };
  return {
    files: audiences[files.to],
    fileMaxBytes: BigInt(files.maxSizeBytes ?? 0),
    fileTypes: [...files.types],
    filesKept: files.keepContent,
  };
}

/**
 * Whom a document names, in the form that is compared: XCON-USERIDs of its users, of the owner's entry and of the persistent list, URIs and
 * domains of the allowed list. A secret room is shown to them.
 */
export function knownTo(view: ConferenceView): ReadonlySet<string> {
  const known = knownNames.get(view);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const { entity } of view.users) names.add(entity.toLowerCase());
  for (const { uri } of view.allowed) names.add(uri.toLowerCase());
  for (const { id } of view.persistent) names.add(id.toLowerCase());
  knownNames.set(view, names);
  return names;
}

const knownNames = new WeakMap<ConferenceView, ReadonlySet<string>>();

/** Purpose of the URIs by which a conference is entered. Spec: RFC 4575 §5.3.1. */
const participation = 'participation';

/** The URIs that lead to a room, normalised, beside its XCON-URI. Req: XCON-015. */
export function protocolUris({
  conferenceUri: own,
  view,
}: Pick<RoomState, 'conferenceUri' | 'view'>): ReadonlySet<string> {
  const uris = new Set<string>(own === undefined ? [] : [own]);
  for (const { uri, purpose } of view.confUris)
    if (purpose === participation || purpose === '') {
      const normal = protocolUri(uri);
      if (normal !== undefined && !parseXconUri(uri).ok) uris.add(normal);
    }
  return uris;
}

/** The one form of a URI of any protocol under which a room is found; `undefined` for what is no URI. */
export function protocolUri(uri: string): string | undefined {
  const sip = conferenceUri(uri);
  if (sip !== undefined) return sip;
  const xcon = normalizeXconUri(uri);
  if (xcon.ok) return xcon.value;
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]{1,255}$/.test(uri) ? uri.toLowerCase() : undefined;
}
