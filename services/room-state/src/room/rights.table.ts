import type { Standing } from './actor.js';

/** What may be done to a conference object. */
export type Right =
  | 'discover'
  | 'retrieve'
  | 'retrieve-users'
  | 'clone'
  | 'delete'
  | 'describe'
  | 'set-subject'
  | 'manage'
  | 'log'
  | 'read-log'
  | 'invite'
  | 'remove'
  | 'ban'
  | 'set-media'
  | 'set-roles'
  | 'set-user'
  | 'own-media'
  | 'own-user'
  | 'see-private'
  | 'create-sidebar'
  | 'administer';

/** On what a verdict depends where it is neither yes nor no; `rights.ts` says how each is found out. */
export type Condition =
  /** The room shows itself to this user. */
  | 'visible'
  /** The document names the user, or it is in the room. */
  | 'named'
  /** `chat:delete-by`, or the owner. */
  | 'delete-by'
  /** `chat:subject-by`. */
  | 'subject-by'
  /** `allow-invite-users-dynamically`. */
  | 'invite-flag'
  /** `allow-remove-users-dynamically`. */
  | 'remove-flag'
  /** `allow-sidebars`. */
  | 'sidebars'
  /** `chat:history` readers. */
  | 'readers';

export type Verdict = 'yes' | 'no' | Condition;

/**
 * Default rights by role: the matrix every protocol goes by. What a user does to itself stands in rights of its own (`own-…`).
 * Spec: RFC 6501 §4.6.5.2 leaves the meaning of roles to policy. Req: POL-001, POL-004.
 */
export const rightsTable: Readonly<Record<Right, Readonly<Record<Standing, Verdict>>>> = {
  discover: row('yes', 'yes', 'yes', 'visible', 'yes', 'visible'),
  retrieve: row('yes', 'yes', 'yes', 'named', 'yes', 'named'),
  'retrieve-users': row('yes', 'yes', 'yes', 'named', 'yes', 'named'),
  clone: row('yes', 'yes', 'yes', 'named', 'no', 'no'),
  delete: row('yes', 'delete-by', 'no', 'no', 'no', 'no'),
  describe: row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'set-subject': row('yes', 'yes', 'subject-by', 'no', 'no', 'no'),
  manage: row('yes', 'yes', 'no', 'no', 'no', 'no'),
  log: row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'read-log': row('yes', 'yes', 'readers', 'readers', 'no', 'no'),
  invite: row('yes', 'yes', 'invite-flag', 'no', 'no', 'no'),
  remove: row('yes', 'yes', 'remove-flag', 'no', 'no', 'no'),
  ban: row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'set-media': row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'set-roles': row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'set-user': row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'own-media': row('yes', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'own-user': row('yes', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'see-private': row('yes', 'yes', 'no', 'no', 'no', 'no'),
  'create-sidebar': row('yes', 'yes', 'sidebars', 'no', 'no', 'no'),
  administer: row('yes', 'no', 'no', 'no', 'no', 'no'),
};

function row(
  administrator: Verdict,
  moderator: Verdict,
  participant: Verdict,
  user: Verdict,
  observer: Verdict,
  none: Verdict,
): Readonly<Record<Standing, Verdict>> {
  return { administrator, moderator, participant, user, observer, none };
}
