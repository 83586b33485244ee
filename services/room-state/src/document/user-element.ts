import { attributeOf, childElements, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { ParticipantState } from '../room/state.js';
import { info, infoText, isNamed, xconText, type MaybeElement } from './elements.js';
import { endpointElement, type EndpointContext } from './endpoints.js';
import { aliasOf, type Sight } from './persona.js';

/** What a `<user>` is made of, in the order of RFC 6501. */
interface UserParts {
  readonly entity: string;
  readonly nickname: string;
  readonly displayText: string;
  readonly aors: readonly string[];
  readonly roles: readonly string[];
  readonly endpoints: readonly XmlElement[];
  readonly anonymity: string;
  /** What conference control noted of the user, in the static document. */
  readonly noted: XmlElement | undefined;
}

/** Display text of a user whose identity is kept back. */
export const anonymousText = 'Anonymous';

/**
 * `<user>` of somebody in the conference, as it may be seen with `sight`. `noted` is the entry of the static document; nothing of
 * it shows where only an alias does.
 *
 * Spec: RFC 4575 §5.6, RFC 6501 §4.6.5, RFC 7701 §7.4.   Req: XCON-012, NICK-X-010, POL-020.
 */
export function participantElement(
  participant: ParticipantState,
  sight: Exclude<Sight, 'nothing'>,
  context: EndpointContext,
  noted: XmlElement | undefined,
): XmlElement {
  const isAlias = sight === 'alias';
  const shown = isAlias ? { ...context, privileged: false } : context;
  return userElement({
    entity: isAlias ? aliasOf(participant) : participant.userId,
    nickname: participant.nickname,
    displayText: isAlias ? anonymousText : participant.displayName,
    aors: isAlias || !context.privileged ? [participant.entity] : [participant.entity, ...participant.aors],
    roles: participant.roles,
    endpoints: participant.endpoints.map((endpoint) => endpointElement(endpoint, participant.nickname, shown)),
    anonymity: participant.anonymity,
    noted: isAlias ? undefined : noted,
  });
}

/** Somebody who is not in the conference yet. */
export interface AwaitedUser {
  readonly userId: string;
  readonly displayName: string;
  readonly aors: readonly string[];
  /** The one it will have; empty: none. */
  readonly nickname: string;
}

/** `<user>` of somebody who waits, or is being called. */
export function awaitedElement(
  { userId, displayName, aors, nickname }: AwaitedUser,
  endpoint: XmlElement,
  noted: XmlElement | undefined,
): XmlElement {
  return userElement({
    entity: userId,
    nickname,
    displayText: displayName,
    aors,
    roles: [],
    endpoints: [endpoint],
    anonymity: 'none',
    noted,
  });
}

/** `<user>` as conference control noted it, with its wanted endpoints or without them. */
export function notedElement(noted: XmlElement, withEndpoints: boolean): XmlElement {
  if (withEndpoints) return noted;
  const children = childElements(noted).filter((child) => !isNamed(child, 'info', 'endpoint'));
  return { ...noted, children };
}

function userElement(parts: UserParts): XmlElement {
  const { entity, nickname, displayText, aors, roles, endpoints, anonymity, noted } = parts;
  const known = new Map<string, XmlElement>();
  for (const child of noted === undefined ? [] : childElements(noted)) known.set(`${child.ns} ${child.name}`, child);
  const take = (ns: keyof typeof namespaces, name: string): MaybeElement => {
    const key = `${namespaces[ns]} ${name}`;
    const child = known.get(key);
    known.delete(key);
    return child;
  };
  const notedText = take('info', 'display-text');
  take('info', 'associated-aors');
  const notedRoles = take('info', 'roles');
  take('info', 'endpoint');
  const notedAnonymity = take('xcon', 'provide-anonymity');
  const element = info('user', { entity }, [
    notedText ?? infoText('display-text', displayText),
    aorsElement(aors),
    roles.length > 0
      ? info(
          'roles',
          {},
          roles.map((role) => info('entry', {}, [role])),
        )
      : notedRoles,
    take('info', 'languages'),
    take('info', 'cascaded-focus'),
    ...endpoints,
    anonymity === 'none' ? notedAnonymity : xconText('provide-anonymity', anonymity),
    take('xcon', 'allow-refer-users-dynamically'),
    take('xcon', 'allow-invite-users-dynamically'),
    take('xcon', 'allow-remove-users-dynamically'),
    ...known.values(),
  ]);
  const shown = nickname === '' ? (attributeOf(noted, 'nickname', namespaces.xcon) ?? '') : nickname;
  if (shown === '') return element;
  return { ...element, attributes: [...element.attributes, { ns: namespaces.xcon, name: 'nickname', value: shown }] };
}

function aorsElement(aors: readonly string[]): MaybeElement {
  const uris = [...new Set(aors)].filter((uri) => uri !== '');
  if (uris.length === 0) return undefined;
  return info(
    'associated-aors',
    {},
    uris.map((uri) => info('entry', {}, [info('uri', {}, [uri])])),
  );
}
