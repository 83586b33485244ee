import type { UserId } from '@plenary/wire';

/** A user of the system, by one of its XCON-USERIDs. */
export interface KnownUser {
  readonly userId: UserId;
  /** Account it belongs to; empty: none (an anonymous user, or one known by a contact URI alone). */
  readonly username: string;
  /** URIs of the user, of any protocol; those that were authenticated first. */
  readonly uris: readonly string[];
  readonly displayText: string;
  /** Empty: unknown. */
  readonly email: string;
  /** Never proven: the id itself is all there is. */
  readonly anonymous: boolean;
}

/** What is known of a user that is to be made. */
export interface NewUser {
  /** URIs by which it can be reached or knows itself; one that is known already yields the user that has it. */
  readonly uris: readonly string[];
  readonly displayText: string;
  readonly email: string;
}

/** Who is who: the one table of XCON-USERIDs and what they stand for. Req: XCON-007..XCON-011, CCMP-077, SEC-014. */
export interface Users {
  /** XCON-USERID of authenticated URIs (AOR first), made at the first time; always the same for the same identity. */
  idOf(uris: readonly string[]): Promise<UserId>;
  /** A user by an XCON-USERID (compared in lower case); undefined: unknown. */
  find(userId: string): Promise<KnownUser | undefined>;
  /** A user by a contact URI, made unless one is known. Without a URI: an anonymous one, new each time. */
  register(user: NewUser): Promise<KnownUser>;
}
