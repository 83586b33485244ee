import { err, ok, type Result } from '@plenary/wire';
import { attributeOf, withChildren, type XmlElement } from '@plenary/wire/xml';
import {
  checkDocument,
  conferenceView,
  DocumentFault,
  namespaces,
  normalizeXconUserId,
  readFragment,
  replacePlaceholders,
  withoutPasswords,
  type DocumentPart,
  type PlaceholderKind,
} from '@plenary/xcon';
import { newLabel } from '../conference-ids.js';
import { inBase36, type RandomBytes } from '../ids.js';

/** What a request wants to be changed, read and checked. */
export interface ReadChange {
  /** Without placeholders and passwords, user ids in the form in which they are kept. */
  readonly change: XmlElement;
  /** The password it sets, empty where it takes it away; undefined: it does not speak of one. */
  readonly password: string | undefined;
  /** Its root named a placeholder as 'entity'. */
  readonly isPlaceholder: boolean;
  /** 'entity' of its root, as it is now; empty: none. */
  readonly entity: string;
}

export interface ReadChangeOptions {
  readonly part: DocumentPart;
  readonly domain: string;
  readonly random: RandomBytes;
  /** What stands before the `@` of a conference that is made; undefined: none is. */
  readonly objectId?: string | undefined;
}

const placeholder = /AUTO_GENERATE_\d/;

/**
 * Reads the element of a request. Err `document-invalid` and its like for what is none.
 * Spec: RFC 6503 §4.3. Req: CCMP-030..CCMP-034, CCMP-041, POL-017.
 */
export function readChange(text: string, options: ReadChangeOptions): Result<ReadChange, DocumentFault> {
  const { part, domain, random, objectId } = options;
  const read = readFragment(text);
  if (!read.ok)
    return err(
      read.error instanceof DocumentFault ? read.error : new DocumentFault('document-invalid', '', read.error.message),
    );
  const isPlaceholder = placeholder.test(attributeOf(read.value, 'entity') ?? '');
  let made = false;
  const fresh = (kind: PlaceholderKind): string => {
    if (kind === 'media-id' || kind === 'label') return newLabel(random);
    // The first conference that is named is the one that is made.
    if (kind === 'conference' && objectId !== undefined && !made) {
      made = true;
      return objectId;
    }
    return inBase36(26, random);
  };
  const replaced = replacePlaceholders(read.value, { domain, fresh });
  if (!replaced.ok) return replaced;
  const checked = checkDocument(replaced.value, part, 'change');
  if (!checked.ok) return checked;
  const entity = attributeOf(checked.value, 'entity') ?? '';
  const password = part === 'conference-info' || part === 'sidebar' ? passwordOf(checked.value) : undefined;
  return ok({ change: normalUsers(withoutPasswords(checked.value), domain), password, isPlaceholder, entity });
}

/** The password of the first entry of `<conf-uris>` that speaks of one; an empty element takes it away. Spec: RFC 6501 §4.2.6. */
function passwordOf(change: XmlElement): string | undefined {
  return conferenceView(change).confUris.flatMap(({ passwords }) => passwords)[0];
}

/** User ids in lower case, and with a host. Req: XCON-008, Q5. */
function normalUsers(element: XmlElement, domain: string): XmlElement {
  const attributes = element.attributes.map((attribute) => {
    const names = attribute.ns === '' && (attribute.name === 'entity' || attribute.name === 'uri');
    const id = names ? normalizeXconUserId(attribute.value, domain) : undefined;
    return id?.ok === true ? { ...attribute, value: id.value } : attribute;
  });
  const hasUsers = element.ns !== namespaces.info || element.name !== 'endpoint';
  if (!hasUsers) return element;
  const children = element.children.map((child) => (typeof child === 'string' ? child : normalUsers(child, domain)));
  return withChildren({ ...element, attributes }, children);
}
