import type { XmlElement } from '@plenary/wire/xml';
import { durationMs } from '../document/values.js';
import { attribute, booleanAttribute, choice, given, givenText, numberAttribute, words } from './reading.js';

/** `chat:room-policy`; every attribute that is not there has the value of `defaultRoomPolicy`. */
export interface RoomPolicyView {
  /** Nobody outside may learn that the room exists. */
  readonly secret: boolean;
  /** Who enters may not speak until a moderator gives voice. */
  readonly moderated: boolean;
  /** Membership is required, whatever the admission policy. */
  readonly membersOnly: boolean;
  /** In a blueprint: a room made of it gets a password. */
  readonly passwordProtected: boolean;
  readonly nicknames: boolean;
  /** Where a nickname in use is unique. */
  readonly nicknameScope: 'room' | 'system';
  /** How long a released nickname is kept from others. */
  readonly quarantineMs: number;
  readonly confusables: 'allow' | 'refuse';
  readonly privateMessages: boolean;
  /** What becomes of the room when the last one has left, `emptyGraceMs` later. */
  readonly onEmpty: 'keep' | 'delete';
  readonly emptyGraceMs: number;
  readonly subjectBy: 'moderators' | 'participants';
  readonly deleteBy: 'owner' | 'moderators';
  /** Of a blueprint: who may make a room of it. */
  readonly createBy: 'users' | 'administrators';
  /** Sessions of one user: each its own, only one, or the newest takes the place of the others. */
  readonly sessions: 'many' | 'one' | 'replace';
  /** Undefined: the system's limit. */
  readonly maxMessageBytes?: number;
  /** Messages per second of one session; undefined: the system's limit. */
  readonly ratePerSecond?: number;
  readonly rateBurst?: number;
  readonly copyToOwnSessions: boolean;
  /** Media types inside Message/CPIM; empty: all. */
  readonly wrappedTypes: readonly string[];
  readonly showSidebarAbsence: boolean;
  /** Undefined: the system's limit. */
  readonly maxBans?: number;
  /** Messages over TLS alone (RFC 7701 §4.1). */
  readonly requireTls: boolean;
  /** Paths of elements that a dependent child may not change: `/conference-description/maximum-user-count`. */
  readonly parentEnforced: readonly string[];
}

/** What holds in a room whose document has no `chat:room-policy`. */
export const defaultRoomPolicy: RoomPolicyView = roomPolicyView(undefined);

/** Reads a checked `chat:room-policy`. */
export function roomPolicyView(element: XmlElement | undefined): RoomPolicyView {
  return {
    secret: booleanAttribute(element, 'secret', false),
    moderated: booleanAttribute(element, 'moderated', false),
    membersOnly: booleanAttribute(element, 'members-only', false),
    passwordProtected: booleanAttribute(element, 'password-protected', false),
    nicknames: booleanAttribute(element, 'nicknames', true),
    nicknameScope: choice(attribute(element, 'nickname-scope'), ['room', 'system']),
    quarantineMs: durationMs(attribute(element, 'quarantine')) ?? 300_000,
    confusables: choice(attribute(element, 'confusables'), ['allow', 'refuse']),
    privateMessages: booleanAttribute(element, 'private-messages', true),
    onEmpty: choice(attribute(element, 'on-empty'), ['keep', 'delete']),
    emptyGraceMs: durationMs(attribute(element, 'empty-grace')) ?? 300_000,
    subjectBy: choice(attribute(element, 'subject-by'), ['moderators', 'participants']),
    deleteBy: choice(attribute(element, 'delete-by'), ['owner', 'moderators']),
    createBy: choice(attribute(element, 'create-by'), ['users', 'administrators']),
    sessions: choice(attribute(element, 'sessions'), ['many', 'one', 'replace']),
    ...given('maxMessageBytes', numberAttribute(element, 'max-message-bytes')),
    ...given('ratePerSecond', numberAttribute(element, 'rate')),
    ...given('rateBurst', numberAttribute(element, 'burst')),
    copyToOwnSessions: booleanAttribute(element, 'copy-to-own-sessions', false),
    wrappedTypes: words(attribute(element, 'wrapped-types')),
    showSidebarAbsence: booleanAttribute(element, 'show-sidebar-absence', false),
    ...given('maxBans', numberAttribute(element, 'max-bans')),
    requireTls: booleanAttribute(element, 'require-tls', false),
    parentEnforced: words(attribute(element, 'parent-enforced')).map((path) =>
      path.startsWith('/') ? path : `/${path}`,
    ),
  };
}

/** `chat:history`. */
export interface HistoryView {
  /** Messages offered to who enters; undefined: the system's. */
  readonly defaultCount?: number;
  /** Messages of one request at most; undefined: the system's. */
  readonly maximumCount?: number;
  /** Undefined: kept as long as the system keeps. */
  readonly retentionMs?: number;
  readonly readers: 'participants' | 'members' | 'moderators';
  /** A reader sees only what was said after entering. */
  readonly fromJoinOnly: boolean;
  /** Who enters is offered what was said before. */
  readonly onJoin: boolean;
  readonly legalHold: boolean;
}

/** Reads a checked `chat:history`. */
export function historyView(element: XmlElement | undefined): HistoryView {
  return {
    ...given('defaultCount', numberAttribute(element, 'default-count')),
    ...given('maximumCount', numberAttribute(element, 'maximum-count')),
    ...given('retentionMs', durationMs(attribute(element, 'retention'))),
    readers: choice(attribute(element, 'readers'), ['participants', 'members', 'moderators']),
    fromJoinOnly: booleanAttribute(element, 'from-join-only', false),
    onJoin: booleanAttribute(element, 'on-join', true),
    legalHold: booleanAttribute(element, 'legal-hold', false),
  };
}

/** `chat:logging`. */
export interface LoggingView {
  readonly active: boolean;
  /** RFC 3339. */
  readonly since?: string;
  /** XCON-USERID of who started it. */
  readonly by?: string;
}

/** Reads a checked `chat:logging`. */
export function loggingView(element: XmlElement | undefined): LoggingView {
  return {
    active: booleanAttribute(element, 'active', false),
    ...givenText('since', attribute(element, 'since')),
    ...givenText('by', attribute(element, 'by')),
  };
}
