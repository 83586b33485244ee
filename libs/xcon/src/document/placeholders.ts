import { err, ok, type Result } from '@plenary/wire';
import { childElements, type XmlElement } from '@plenary/wire/xml';
import { DocumentFault } from '../errors.js';
import { ElementPath } from './element-path.js';

/** What a placeholder stands for; of several places the first of this list that fits decides. */
export type PlaceholderKind = 'user' | 'conference' | 'media-id' | 'label' | 'other';

export interface PlaceholderOptions {
  /** Our own; compared without case. */
  readonly domain: string;
  /** Further domains that are ours. */
  readonly otherDomains?: readonly string[];
  /** Comments of the document: none may hold a placeholder. */
  readonly comments?: readonly string[];
  /**
   * Makes the identifier for one number; called once for each. `user` and `conference`: what stands before the `@`. `media-id`: an
   * integer, for the ids of media streams and the labels and moderators of floors, which the schema wants to be integers.
   */
  readonly fresh: (kind: PlaceholderKind, number: string) => string;
}

const PLACEHOLDER = /AUTO_GENERATE_(\d{1,9})(?!\d)/gu;
const MENTION = /AUTO_GENERATE_/u;
/** A URI with a placeholder before its `@`; what follows is the host. */
const USER_PART = /^[A-Za-z][A-Za-z0-9+.-]*:[^@]*AUTO_GENERATE_\d[^@]*@(\[[^\]]*\]|[^\s:;?/]*)/u;

const KINDS: readonly PlaceholderKind[] = ['user', 'conference', 'media-id', 'label', 'other'];

/**
 * Replaces every AUTO_GENERATE_X by a new identifier: "The server MUST replace each instance of a specific wildcard field … with the
 * same identifier" (RFC 6503 §4.3). To be done before the document is checked, because some stand where an integer has to.
 *
 * Err `placeholder-misplaced` when one stands in a name or a comment, or has no number; `placeholder-domain` when it is the user part of
 * a URI whose domain is not ours.   Req: CCMP-030, CCMP-031, CCMP-032.
 */
export function replacePlaceholders(
  element: XmlElement,
  options: PlaceholderOptions,
): Result<XmlElement, DocumentFault> {
  if (options.comments?.some((comment) => MENTION.test(comment)) === true)
    return err(new DocumentFault('placeholder-misplaced', '', 'in a comment'));
  const domains = new Set([options.domain, ...(options.otherDomains ?? [])].map((domain) => domain.toLowerCase()));
  const kinds = new Map<string, PlaceholderKind>();
  const fault = collect(element, ElementPath.root, domains, kinds);
  if (fault !== undefined) return err(fault);
  if (kinds.size === 0) return ok(element);
  const values = new Map([...kinds].map(([number, kind]) => [number, options.fresh(kind, number)]));
  return ok(
    replaced(element, (text) => text.replace(PLACEHOLDER, (whole, number: string) => values.get(number) ?? whole)),
  );
}

/** Notes what each placeholder of an element stands for, and returns the first fault. */
function collect(
  element: XmlElement,
  path: ElementPath,
  domains: ReadonlySet<string>,
  kinds: Map<string, PlaceholderKind>,
): DocumentFault | undefined {
  const names = [element, ...element.attributes];
  if (names.some(({ ns, name }) => MENTION.test(ns) || MENTION.test(name)))
    return new DocumentFault('placeholder-misplaced', String(path), 'in a name');
  const values = [
    ...element.attributes.map(({ name, value }) => ({ value, kind: attributeKind(element.name, name) })),
    { value: element.children.filter((child) => typeof child === 'string').join(''), kind: textKind(element.name) },
  ];
  for (const { value, kind } of values) {
    const fault = note(value.trim(), kind, path, domains, kinds);
    if (fault !== undefined) return fault;
  }
  for (const child of childElements(element)) {
    const fault = collect(child, path.child(child.name), domains, kinds);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function note(
  value: string,
  kindThere: PlaceholderKind,
  path: ElementPath,
  domains: ReadonlySet<string>,
  kinds: Map<string, PlaceholderKind>,
): DocumentFault | undefined {
  if (!MENTION.test(value)) return undefined;
  if (MENTION.test(value.replace(PLACEHOLDER, '')))
    return new DocumentFault('placeholder-misplaced', String(path), 'no number');
  const host = USER_PART.exec(value)?.[1];
  if (host !== undefined && !domains.has(host.toLowerCase()))
    return new DocumentFault('placeholder-domain', String(path));
  const kind = uriKind(value) ?? kindThere;
  for (const [, number = ''] of value.matchAll(PLACEHOLDER)) {
    const before = kinds.get(number);
    if (before === undefined || KINDS.indexOf(kind) < KINDS.indexOf(before)) kinds.set(number, kind);
  }
  return undefined;
}

function uriKind(value: string): PlaceholderKind | undefined {
  if (/^xcon-userid:/iu.test(value)) return 'user';
  return /^xcon:/iu.test(value) ? 'conference' : undefined;
}

function attributeKind(element: string, attribute: string): PlaceholderKind {
  if (attribute === 'label') return 'label';
  return element === 'media' && attribute === 'id' ? 'media-id' : 'other';
}

function textKind(element: string): PlaceholderKind {
  if (element === 'label') return 'label';
  return element === 'media-label' || element === 'moderator-id' ? 'media-id' : 'other';
}

function replaced(element: XmlElement, put: (text: string) => string): XmlElement {
  return {
    ...element,
    attributes: element.attributes.map((attribute) => ({ ...attribute, value: put(attribute.value) })),
    children: element.children.map((child) => (typeof child === 'string' ? put(child) : replaced(child, put))),
  };
}
