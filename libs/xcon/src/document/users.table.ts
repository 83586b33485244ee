import { child, type TypeTable } from './schema.js';

/** The roles of RFC 6501 §4.6.5.2, the most powerful first. */
export const conferenceRoles = ['administrator', 'moderator', 'participant', 'user', 'observer', 'none'] as const;

/** RFC 6501 §4.6: users, who may be one, and how. */
export const userTypes = {
  users: {
    children: [
      child('info', 'user', 'user', '*', 'users'),
      child('xcon', 'join-handling', 'joinHandling'),
      child('xcon', 'user-admission-policy', 'admissionPolicy'),
      child('xcon', 'allowed-users-list', 'allowedUsers'),
      child('xcon', 'deny-users-list', 'deniedUsers'),
      child('chat', 'banned', 'banned'),
    ],
    open: true,
    leftOut: ['sidebar-parent'],
    merge: 'keep',
  },
  user: {
    attributes: [
      { name: 'entity', type: 'anyURI', required: true },
      { ns: 'xcon', name: 'nickname', type: 'string', unqualified: true, verbatim: true },
    ],
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'associated-aors', 'uris'),
      child('info', 'roles', 'roles'),
      child('info', 'languages', 'language'),
      child('info', 'cascaded-focus', 'anyURI'),
      child('info', 'endpoint', 'endpoint', '*', 'endpointsPerUser'),
      child('xcon', 'provide-anonymity', 'anonymity'),
      child('xcon', 'allow-refer-users-dynamically', 'boolean'),
      child('xcon', 'allow-invite-users-dynamically', 'boolean'),
      child('xcon', 'allow-remove-users-dynamically', 'boolean'),
    ],
    open: true,
    key: { attribute: 'entity' },
    merge: 'keep',
  },
  roles: { children: [child('info', 'entry', 'role', '+')], merge: 'replace' },
  role: { text: { oneOf: conferenceRoles }, merge: 'replace' },
  anonymity: {
    text: { oneOf: ['private', 'semi-private', 'hidden'] },
    // RFC 6503 §4.3 has another set of names.
    readAs: { anonymous: 'private' },
    merge: 'replace',
  },
  joinHandling: {
    text: { oneOf: ['block', 'confirm', 'allow', 'authenticate', 'directed-operator'] },
    merge: 'replace',
  },
  admissionPolicy: { text: { oneOf: ['closedAuthenticated', 'openAuthenticated', 'anonymous'] }, merge: 'replace' },
  allowedUsers: {
    children: [child('xcon', 'target', 'target', '*', 'targets'), child('xcon', 'persistent-list', 'persistentList')],
    open: true,
    merge: 'replace',
  },
  deniedUsers: { children: [child('xcon', 'target', 'deniedTarget', '*', 'targets')], open: true, merge: 'replace' },
  target: {
    attributes: [
      { name: 'uri', type: 'anyURI', required: true },
      {
        name: 'method',
        type: { oneOf: ['dial-in', 'dial-out', 'refer'] },
        required: true,
        instead: 'dial-in',
        readAs: { 'dial in': 'dial-in', 'dial out': 'dial-out' },
      },
    ],
    merge: 'replace',
  },
  deniedTarget: { attributes: [{ name: 'uri', type: 'anyURI', required: true }], merge: 'replace' },
  persistentList: {
    children: [child('xcon', 'user', 'persistentUser', '*', 'users')],
    open: true,
    merge: 'replace',
  },
  persistentUser: {
    attributes: [
      { name: 'name', type: 'string', required: true },
      { name: 'nickname', type: 'string', required: true },
      { name: 'id', type: 'string', required: true },
    ],
    children: [{ ...child('xcon', 'e-mail', 'text', '*'), alias: 'email' }],
    open: true,
    merge: 'replace',
  },
} as const satisfies TypeTable;
