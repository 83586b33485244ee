import { child, type TypeTable } from './schema.js';
import { conferenceRoles } from './users.table.js';

/**
 * The extension elements of this system. Their values are attributes: the schema of RFC 6501 allows no text in an extension element.
 * What an attribute that is not there means stands in `view/room-policy.ts`.
 */
export const chatTypes = {
  roomPolicy: {
    attributes: [
      { name: 'secret', type: 'boolean' },
      { name: 'moderated', type: 'boolean' },
      { name: 'members-only', type: 'boolean' },
      { name: 'password-protected', type: 'boolean' },
      { name: 'nicknames', type: 'boolean' },
      { name: 'nickname-scope', type: { oneOf: ['room', 'system'] } },
      { name: 'quarantine', type: 'duration' },
      { name: 'confusables', type: { oneOf: ['allow', 'refuse'] } },
      { name: 'private-messages', type: 'boolean' },
      { name: 'on-empty', type: { oneOf: ['delete', 'keep'] } },
      { name: 'empty-grace', type: 'duration' },
      { name: 'subject-by', type: { oneOf: ['moderators', 'participants'] } },
      { name: 'delete-by', type: { oneOf: ['owner', 'moderators'] } },
      { name: 'create-by', type: { oneOf: ['users', 'administrators'] } },
      { name: 'sessions', type: { oneOf: ['many', 'one', 'replace'] } },
      { name: 'max-message-bytes', type: 'unsignedLong' },
      { name: 'rate', type: 'unsignedInt' },
      { name: 'burst', type: 'unsignedInt' },
      { name: 'copy-to-own-sessions', type: 'boolean' },
      { name: 'wrapped-types', type: 'mediaTypes' },
      { name: 'show-sidebar-absence', type: 'boolean' },
      { name: 'max-bans', type: 'unsignedInt' },
      { name: 'require-tls', type: 'boolean' },
      { name: 'parent-enforced', type: 'words' },
    ],
    merge: 'merge',
  },
  history: {
    attributes: [
      { name: 'default-count', type: 'unsignedInt' },
      { name: 'maximum-count', type: 'unsignedInt' },
      { name: 'retention', type: 'duration' },
      { name: 'readers', type: { oneOf: ['participants', 'members', 'moderators'] } },
      { name: 'from-join-only', type: 'boolean' },
      { name: 'on-join', type: 'boolean' },
      { name: 'legal-hold', type: 'boolean' },
    ],
    merge: 'merge',
  },
  logging: {
    attributes: [
      { name: 'active', type: 'boolean' },
      { name: 'since', type: 'dateTime' },
      { name: 'by', type: 'anyURI' },
    ],
    merge: 'merge',
  },
  alternateVenue: {
    attributes: [
      { name: 'uri', type: 'anyURI', required: true },
      { name: 'reason', type: 'string' },
    ],
    merge: 'replace',
  },
  banned: { children: [child('chat', 'target', 'bannedTarget', '*', 'targets')], merge: 'replace' },
  bannedTarget: { attributes: [{ name: 'uri', type: 'anyURI', required: true }], merge: 'replace' },
  fileTransfer: {
    attributes: [
      { name: 'direction', type: { oneOf: ['sendrecv', 'sendonly', 'recvonly'] } },
      { name: 'max-size', type: 'unsignedLong' },
      { name: 'types', type: 'mediaTypes' },
      { name: 'to', type: { oneOf: ['room', 'one', 'both'] } },
      { name: 'keep-content', type: 'boolean' },
    ],
    merge: 'merge',
  },
  collaboration: {
    attributes: [
      { name: 'kind', type: 'token', required: true },
      { name: 'uri', type: 'anyURI', required: true },
      { name: 'roles', type: { someOf: conferenceRoles } },
    ],
    merge: 'merge',
  },
  contact: { attributes: [{ name: 'uri', type: 'anyURI', required: true }], merge: 'replace' },
} as const satisfies TypeTable;
