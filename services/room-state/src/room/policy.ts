import { RoomPolicy } from '@plenary/proto/chat';

/** Who may enter and what they become: room-state's own part of the policy, never sent to an edge. */
export interface RoomAccess {
  readonly membersOnly: boolean;
  /** AORs that may enter a members-only room. */
  readonly members: readonly string[];
  /** AORs that get the role `moderator`; they may always enter. */
  readonly moderators: readonly string[];
  /** Only moderators speak unasked. Kept and shown by role; see the README for what follows from it today. */
  readonly moderated: boolean;
  /** Several sessions of one user: each its own, refused (486), or the newest takes the place of the older ones. */
  readonly sessions: 'many' | 'one' | 'replace';
}

/** What a new room starts from. */
export interface Blueprint {
  readonly policy: RoomPolicy;
  readonly access: RoomAccess;
  readonly displayText: string;
}

export type BlueprintName = 'open' | 'logged' | 'council';

const openAccess: RoomAccess = { membersOnly: false, members: [], moderators: [], moderated: false, sessions: 'many' };

const openPolicy: RoomPolicy = RoomPolicy.fromPartial({
  logged: false,
  privateMessages: true,
  nicknames: true,
  maxSizeBytes: 16n * 1024n * 1024n,
  wrappedTypes: [],
  copyToOwnSessions: false,
  ratePerSecond: 0,
  rateBurst: 0,
  maximumUserCount: 0,
  locked: false,
  nicknameQuarantineSeconds: 300,
  loggingNotice: '',
});

/** Said to everybody who enters a logged room (CHAT-031). */
export const defaultLoggingNotice = 'Messages in this room are recorded.';

/**
 * The blueprints rooms are made from. `open` is also the ad-hoc blueprint: anybody enters, nothing is kept. `logged`: the
 * same, kept, and said so. `council`: members only, moderated.
 */
export function blueprint(name: BlueprintName): Blueprint {
  switch (name) {
    case 'open':
      return { policy: openPolicy, access: openAccess, displayText: '' };
    case 'logged':
      return {
        policy: { ...openPolicy, logged: true, loggingNotice: defaultLoggingNotice },
        access: openAccess,
        displayText: '',
      };
    case 'council':
      return { policy: openPolicy, access: { ...openAccess, membersOnly: true, moderated: true }, displayText: '' };
    default:
      return name satisfies never;
  }
}

/** A room seeded at start in demo mode. */
export interface DemoRoom {
  readonly user: string;
  readonly blueprint: Blueprint;
}

/**
 * The rooms of demo mode in `domain`: lobby (open), minutes (logged), council (members only, moderated by the first of
 * `councilMembers`, user names).
 */
export function demoRooms(domain: string, councilMembers: readonly string[]): readonly DemoRoom[] {
  const members = councilMembers.map((name) => `sip:${name}@${domain}`);
  const council = blueprint('council');
  return [
    { user: 'lobby', blueprint: { ...blueprint('open'), displayText: 'Lobby' } },
    { user: 'minutes', blueprint: { ...blueprint('logged'), displayText: 'Minutes' } },
    {
      user: 'council',
      blueprint: {
        ...council,
        displayText: 'Council',
        access: { ...council.access, members, moderators: members.slice(0, 1) },
      },
    },
  ];
}

/** `equals` is the identity comparison of CHAT-005, so a member matches however its URI is spelled. */
export type SameIdentity = (a: string, b: string) => boolean;

/**
 * Sessions of one user in one room at most, whatever the policy: all of them stand in each `joined` event, whose size has
 * a limit.
 */
export const maxSessionsPerUser = 8;

/** Roles of a user in a room, most powerful first. */
export function rolesOf(access: RoomAccess, identities: readonly string[], equals: SameIdentity): readonly string[] {
  return listed(access.moderators, identities, equals) ? ['moderator', 'participant'] : ['participant'];
}

/** May this user enter as far as membership goes? */
export function isMember(access: RoomAccess, identities: readonly string[], equals: SameIdentity): boolean {
  if (!access.membersOnly) return true;
  return listed(access.members, identities, equals) || listed(access.moderators, identities, equals);
}

function listed(list: readonly string[], identities: readonly string[], equals: SameIdentity): boolean {
  return list.some((entry) => identities.some((identity) => equals(entry, identity)));
}
