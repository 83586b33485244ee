import { attributeOf, childElement, childrenNamed, type XmlElement } from '@plenary/wire/xml';
import { documentElement, namespaces, withLogging, withoutUser, withUser } from '@plenary/xcon';
import type { LoggingView } from '@plenary/xcon';

const { info } = namespaces;

/** Logging on since a time, by somebody (empty: the system); or off, without a trace. Req: LOG-004. */
export function logged(document: XmlElement, active: boolean, since: string, by: string): XmlElement {
  return withLogging(document, active ? { since, by: by === '' ? undefined : by } : undefined);
}

/** The same with what was known before where it was on before. */
export function loggedAsBefore(document: XmlElement, { since = '', by = '' }: LoggingView): XmlElement {
  return logged(document, true, since, by);
}

/** The `<user>` of an XCON-USERID in the static document. */
export function userElement(document: XmlElement, userId: string): XmlElement | undefined {
  return childrenNamed(childElement(document, info, 'users'), info, 'user').find(
    (user) => attributeOf(user, 'entity')?.toLowerCase() === userId,
  );
}

/** The document with a `<user>` of that id, the one it has or a new one. */
export function havingUser(document: XmlElement, userId: string, made: XmlElement): XmlElement {
  return userElement(document, userId) === undefined ? withUser(document, made) : document;
}

/** The document without the `<user>` of that id. */
export function lackingUser(document: XmlElement, userId: string): XmlElement {
  const entity = attributeOf(userElement(document, userId), 'entity');
  return entity === undefined ? document : withoutUser(document, entity);
}

/** A `<user>` with roles and a name. */
export function newUserElement(
  userId: string,
  { displayText = '', roles = [] }: { readonly displayText?: string; readonly roles?: readonly string[] },
): XmlElement {
  return documentElement('info', 'user', { entity: userId }, [
    ...(displayText === '' ? [] : [documentElement('info', 'display-text', {}, [displayText])]),
    ...(roles.length === 0 ? [] : [rolesElement(roles)]),
  ]);
}

function rolesElement(roles: readonly string[]): XmlElement {
  return documentElement(
    'info',
    'roles',
    {},
    roles.map((role) => documentElement('info', 'entry', {}, [role])),
  );
}
