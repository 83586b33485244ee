import { randomUUID } from 'node:crypto';
import { childElement, type XmlElement, type XmlNode } from '@plenary/wire/xml';
import { formatDocument, namespaces } from '@plenary/xcon';
import { isNamed, withAttribute } from './elements.js';

/** Texts of `<user>` elements: of a large conference nearly all are the same from one version to the next. */
const texts = new WeakMap<XmlElement, string>();
/** Stands for the users while the rest is written; nothing a client sends can hold it. */
const marker = `users-${randomUUID()}`;

/**
 * Writes a conference document as `formatDocument` does, each `<user>` that was written before taken as it was: a change among
 * 10,000 participants costs little more than one of ten.
 */
export function conferenceText(document: XmlElement): string {
  const users = childElement(document, namespaces.info, 'users');
  if (users === undefined) return formatDocument(document);
  const parts: string[] = [];
  const others: XmlNode[] = [];
  for (const child of users.children)
    if (typeof child !== 'string' && isNamed(child, 'info', 'user')) parts.push(userText(child));
    else others.push(child);
  const shell = { ...users, children: [marker, ...others] };
  const children = document.children.map((child) => (child === users ? shell : child));
  // Every namespace a user may need is declared at the root.
  const root = withAttribute({ ...document, children }, marker, '', namespaces.chat);
  const text = formatDocument(withAttribute(root, marker, '', namespaces.xcon))
    .replace(` xcon:${marker}=""`, '')
    .replace(` chat:${marker}=""`, '');
  const at = text.indexOf(marker);
  return text.slice(0, at) + parts.join('') + text.slice(at + marker.length);
}

function userText(user: XmlElement): string {
  const known = texts.get(user);
  if (known !== undefined) return known;
  const text = formatDocument(user).replace(/^<user(?: xmlns(?::[a-z]+)?="[^"]*")+/, '<user');
  texts.set(user, text);
  return text;
}
