import type { RoomId } from '@plenary/wire';
import type { ConferenceHead } from '../room/state.js';

/** For whom conferences are listed. */
export interface ListFor {
  /** Sees every conference. */
  readonly everything: boolean;
  /** XCON-USERIDs, lower case. */
  readonly userIds: readonly string[];
  /** How documents may name the user: ids, URIs and domains (`*@host`, `scheme:*@host`), lower case. */
  readonly names: readonly string[];
}

/** One conference of a list, without who is in it. */
export interface ListedConference {
  readonly head: ConferenceHead;
  /** Users in it that are not hidden. */
  readonly userCount: number;
  /** Is one of the user's ids in it, waits, or is called into it? */
  readonly isHere: boolean;
}

/** Lists of conference objects, in the order of their ids after `after`. Closed ones are left out. */
export interface ListingStore {
  listBlueprints(after: string, limit: number): Promise<ConferenceHead[]>;
  /** Conferences the user may know of, as far as the rows tell: the rules have the last word. */
  listConferences(user: ListFor, after: string, limit: number): Promise<ListedConference[]>;
  /** Sidebars of one kind. */
  listSidebars(
    main: RoomId,
    kind: 'sidebar-by-val' | 'sidebar-by-ref',
    after: string,
    limit: number,
  ): Promise<ConferenceHead[]>;
}
