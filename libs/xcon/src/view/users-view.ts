import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import type { conferenceRoles } from '../document/users.table.js';
import { type StreamView, streamView } from './media-view.js';
import { attribute, booleanIn, chat, choice, given, info, textIn, xcon } from './reading.js';

/** One role of RFC 6501 §4.6.5.2. */
export type ConferenceRole = (typeof conferenceRoles)[number];
/** `<provide-anonymity>`; `none` where there is none. */
export type Anonymity = 'none' | 'private' | 'semi-private' | 'hidden';
export type JoinHandling = 'block' | 'confirm' | 'allow' | 'authenticate' | 'directed-operator';
export type AdmissionPolicy = 'openAuthenticated' | 'closedAuthenticated' | 'anonymous';
export type TargetMethod = 'dial-in' | 'dial-out' | 'refer';

/** One `<target>` of the allowed users: a URI, `*@domain`, or a role. */
export interface TargetView {
  readonly uri: string;
  readonly method: TargetMethod;
}

/** One `<user>` of `<persistent-list>`. */
export interface PersistentUserView {
  readonly name: string;
  readonly nickname: string;
  /** XCON-USERID. */
  readonly id: string;
  readonly emails: readonly string[];
}

/** One `<endpoint>`. */
export interface EndpointView {
  /** Chat-ID of a session, or the contact URI of one that is wanted. */
  readonly entity: string;
  readonly displayText: string;
  /** Empty where there is none. */
  readonly status: string;
  readonly joiningMethod: string;
  readonly disconnectionMethod: string;
  readonly media: readonly StreamView[];
  /** `chat:contact`; empty where there is none. */
  readonly contact: string;
  /** `chat:nickname`: that of this session, where it is not the user's; undefined: none. */
  readonly nickname?: string;
}

/** One `<user>`. */
export interface UserView {
  readonly entity: string;
  readonly displayText: string;
  readonly roles: readonly ConferenceRole[];
  /** `xcon:nickname`; undefined: none is named. */
  readonly nickname?: string;
  readonly anonymity: Anonymity;
  /** URIs of `<associated-aors>`. */
  readonly uris: readonly string[];
  readonly language: string;
  readonly endpoints: readonly EndpointView[];
  readonly allowRefer: boolean;
  readonly allowInvite: boolean;
  readonly allowRemove: boolean;
}

/** What `<users>` says beside the users themselves. */
export interface AdmissionView {
  /** "block: … This action is the default" (RFC 6501 §4.6.1). */
  readonly joinHandling: JoinHandling;
  /** Without one: `openAuthenticated`. */
  readonly admission: AdmissionPolicy;
  readonly allowed: readonly TargetView[];
  /** URIs. */
  readonly denied: readonly string[];
  /** URIs of `chat:banned`. */
  readonly banned: readonly string[];
  readonly persistent: readonly PersistentUserView[];
}

/** Reads who may enter, of a checked `<users>`. */
export function admissionView(users: XmlElement | undefined): AdmissionView {
  const allowed = childElement(users, xcon, 'allowed-users-list');
  return {
    joinHandling: choice(textIn(users, xcon, 'join-handling'), [
      'block',
      'confirm',
      'allow',
      'authenticate',
      'directed-operator',
    ]),
    admission: choice(textIn(users, xcon, 'user-admission-policy'), [
      'openAuthenticated',
      'closedAuthenticated',
      'anonymous',
    ]),
    allowed: childrenNamed(allowed, xcon, 'target').map((target) => ({
      uri: attribute(target, 'uri'),
      method: choice(attribute(target, 'method'), ['dial-in', 'dial-out', 'refer']),
    })),
    denied: targetUris(childElement(users, xcon, 'deny-users-list'), xcon),
    banned: targetUris(childElement(users, chat, 'banned'), chat),
    persistent: childrenNamed(childElement(allowed, xcon, 'persistent-list'), xcon, 'user').map((user) => ({
      name: attribute(user, 'name'),
      nickname: attribute(user, 'nickname'),
      id: attribute(user, 'id'),
      emails: childrenNamed(user, xcon, 'e-mail').map((address) => textOf(address)),
    })),
  };
}

function targetUris(list: XmlElement | undefined, ns: string): readonly string[] {
  return childrenNamed(list, ns, 'target').map((target) => attribute(target, 'uri'));
}

/** Reads a checked `<user>`, or what a change says of one. */
export function userView(user: XmlElement): UserView {
  return {
    entity: attribute(user, 'entity'),
    displayText: textIn(user, info, 'display-text'),
    roles: childrenNamed(childElement(user, info, 'roles'), info, 'entry').map((entry) =>
      choice(textOf(entry), ['none', 'administrator', 'moderator', 'participant', 'user', 'observer']),
    ),
    ...given('nickname', attributeOf(user, 'nickname', xcon)),
    anonymity: choice(textIn(user, xcon, 'provide-anonymity'), ['none', 'private', 'semi-private', 'hidden']),
    uris: childrenNamed(childElement(user, info, 'associated-aors'), info, 'entry').map((entry) =>
      textIn(entry, info, 'uri'),
    ),
    language: textIn(user, info, 'languages'),
    endpoints: childrenNamed(user, info, 'endpoint').map((endpoint) => ({
      entity: attribute(endpoint, 'entity'),
      displayText: textIn(endpoint, info, 'display-text'),
      status: textIn(endpoint, info, 'status'),
      joiningMethod: textIn(endpoint, info, 'joining-method'),
      disconnectionMethod: textIn(endpoint, info, 'disconnection-method'),
      media: childrenNamed(endpoint, info, 'media').map((media) => streamView(media)),
      contact: attribute(childElement(endpoint, chat, 'contact'), 'uri'),
      ...given('nickname', attributeOf(endpoint, 'nickname', chat)),
    })),
    allowRefer: booleanIn(user, xcon, 'allow-refer-users-dynamically', false),
    allowInvite: booleanIn(user, xcon, 'allow-invite-users-dynamically', false),
    allowRemove: booleanIn(user, xcon, 'allow-remove-users-dynamically', false),
  };
}
