import type { ChatId, ParticipantId, Result, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { DocumentFault } from '@plenary/xcon';
import type { Actor } from '../actor.js';
import type { NewRoom } from '../new-room.js';
import type { PreparedNickname } from '../nickname.js';
import type { PasswordProof } from '../password-proof.js';

/** One operation of one CCMP message on one object, with all that had to be found out before. Spec: RFC 6503 §5.3. */
export interface PerformCommand {
  readonly kind: 'perform';
  readonly actor: Actor;
  readonly password: PasswordProof;
  /** Of a sidebar. */
  readonly parent: ParentFacts | undefined;
  readonly task: Task;
}

/** What a sidebar has to know of its main conference. */
export interface ParentFacts {
  readonly room: string;
  readonly shard: string;
  /** Who asks is in the main conference. */
  readonly actorIsHere: boolean;
  /** Elements the main conference keeps to itself. Req: CONF-008. */
  readonly enforced: readonly string[];
  /** Who is in it. Req: SIDE-008. */
  readonly members: readonly Pick<TargetUser, 'userId' | 'uris'>[];
  /** Whom it keeps out. Req: CONF-010. */
  readonly bans: readonly string[];
  /** It admits everybody, also who has proven nothing. */
  readonly isAnonymous: boolean;
  /** Labels of its chat media: a by-ref sidebar that names one receives its messages. Req: SIDE-012. */
  readonly labels: readonly string[];
}

export type Task =
  UpdateConference | DeleteConference | UpdateUsers | CreateUser | UpdateUser | DeleteUser | CreateSidebar | Enforce;

/** What a request says shall change, checked; or why it is no change. */
export type Change = Result<XmlElement, DocumentFault>;

/** What changes of a document need that the rules cannot make up. */
export interface Fresh {
  /** Time of RFC 3339. */
  readonly now: string;
  /** Those of the document's dial-out targets that have been found out, each with a call id of its own. */
  readonly dialOut: readonly DialOut[];
}

export interface DialOut {
  /** As it stands in the list of targets. */
  readonly target: string;
  readonly callId: string;
  readonly uri: string;
  readonly userId: UserId;
  readonly displayName: string;
}

/** A user somebody else, or the user itself, is asked about. */
export interface TargetUser {
  readonly userId: UserId;
  readonly uris: readonly string[];
  readonly displayText: string;
}

/** A wish for a nickname, with what is given instead when it is taken. Req: NICK-X-009. */
export type NicknameWish =
  | Exclude<PreparedNickname, { readonly kind: 'claim' }>
  | (Extract<PreparedNickname, { readonly kind: 'claim' }> & {
      readonly variants: readonly { readonly nickname: string; readonly nickKey: string }[];
    });

export interface UpdateConference {
  readonly kind: 'update-conference';
  readonly change: Change;
  /** Version the client knew; undefined: it named none. Req: VER-004. */
  readonly version: bigint | undefined;
  /** Hash of a new password, empty where it is taken away; undefined: the change does not speak of it. */
  readonly passwordHash: string | undefined;
  /** The alternate venue it names leads back here, or nowhere. Req: VENUE-006. */
  readonly venueFault: boolean;
  readonly fresh: Fresh;
}

export interface DeleteConference {
  readonly kind: 'delete-conference';
  /** The system leaves it to this user to delete conferences. Req: POL-002. */
  readonly systemAllows: boolean;
  /** SIP URI of the alternate venue the document names, found out before; empty: none. */
  readonly successorUri: string;
}

export interface UpdateUsers {
  readonly kind: 'update-users';
  readonly change: Change;
  readonly fresh: Fresh;
}

export interface CreateUser {
  readonly kind: 'create-user';
  /** Undefined: the system knows nobody of that id. */
  readonly target: TargetUser | undefined;
  readonly isSelf: boolean;
  /** `<userInfo>`; undefined: none was given. */
  readonly change: Change | undefined;
  readonly nickname: NicknameWish | undefined;
  readonly callId: string;
  /** Names of the place in the line of those who wait for a moderator. */
  readonly pending: { readonly chatId: ChatId; readonly pid: ParticipantId; readonly waitMs: number };
  readonly fresh: Fresh;
}

export interface UpdateUser {
  readonly kind: 'update-user';
  readonly target: TargetUser | undefined;
  readonly change: Change;
  readonly nickname: PreparedNickname | undefined;
  readonly callId: string;
  readonly fresh: Fresh;
}

export interface DeleteUser {
  readonly kind: 'delete-user';
  readonly target: TargetUser | undefined;
  readonly fresh: Fresh;
}

export interface CreateSidebar {
  readonly kind: 'create-sidebar';
  readonly room: Result<NewRoom, DocumentFault>;
}

/** The main conference changed what it keeps to itself, or whom it keeps out. Req: CONF-008, CONF-010. */
export interface Enforce {
  readonly kind: 'enforce';
  /** Document of the main conference. */
  readonly change: XmlElement;
  /** Whom it kept out before. */
  readonly bansBefore: readonly string[];
  readonly fresh: Fresh;
}
