import { attributeOf, childElements, textOf, withChildren, type XmlElement } from '@plenary/wire/xml';
import {
  conferenceView,
  emptyDocument,
  namespaces,
  withActive,
  withAlternateVenue,
  withCloningParent,
  withConfUris,
  withElement,
  withEntity,
  withSidebarParent,
} from '@plenary/xcon';

const { info, xcon } = namespaces;

/** What makes a clone another object than its parent. */
export interface CloneOptions {
  readonly entity: string;
  /** The conference it is a clone of; undefined: a blueprint, of which nothing is told. Req: CONF-006. */
  readonly cloningParent: string | undefined;
  /** The main conference of a sidebar. Req: SIDE-005. */
  readonly sidebarParent?: string | undefined;
  /** A label for each medium, called once each; undefined: labels stay, as those of a sidebar do. */
  readonly freshLabel: (() => string) | undefined;
}

/**
 * A document with all its parent has, under its own identity: not active, without URIs, sessions, sidebars or a venue; labels and ids of
 * floors new and consistent. Spec: RFC 5239 §7.1. Req: CONF-004..CONF-007, SEC-007.
 */
export function cloneOf(parent: XmlElement, options: CloneOptions): XmlElement {
  const { entity, cloningParent, sidebarParent, freshLabel } = options;
  let document = withEntity(withoutSessions(parent), entity);
  document = withConfUris(document, []);
  document = withAlternateVenue(document, undefined);
  document = withElement(document, ['conference-description', 'cloning-parent'], undefined);
  document = withCloningParent(document, cloningParent);
  document = withSidebarParent(document, sidebarParent);
  document = withActive(document, false);
  return freshLabel === undefined ? document : relabelled(document, freshLabel);
}

/** An object with nothing of its own but an identity and a parent: what a sidebar is built on that is described whole. Req: SIDE-004. */
export function bareSidebar(entity: string, sidebarParent: string): XmlElement {
  return withActive(withSidebarParent(emptyDocument(entity), sidebarParent), false);
}

/** Users without endpoints, nicknames and numbers of who is here; no sidebars. */
function withoutSessions(document: XmlElement): XmlElement {
  const children = childElements(document).flatMap((part): XmlElement[] => {
    if (part.ns !== info) return [part];
    switch (part.name) {
      case 'sidebars-by-ref':
      case 'sidebars-by-val':
        return [];
      case 'conference-state':
        return [without(part, 'user-count')];
      case 'users':
        return [withChildren(part, childElements(part).map(lastingUser))];
      default:
        return [part];
    }
  });
  return withChildren(document, children);
}

function lastingUser(child: XmlElement): XmlElement {
  if (child.ns !== info || child.name !== 'user') return child;
  const attributes = child.attributes.filter(({ name }) => name !== 'nickname');
  return { ...without(child, 'endpoint'), attributes };
}

function without(element: XmlElement, name: string): XmlElement {
  return withChildren(
    element,
    childElements(element).filter((child) => child.ns !== info || child.name !== name),
  );
}

/** New labels for the media, and the same ones where floors name them; floors get new ids. Req: FLOOR-002. */
function relabelled(document: XmlElement, fresh: () => string): XmlElement {
  const labels = new Map(conferenceView(document).availableMedia.map(({ label }) => [label, fresh()]));
  const put = (element: XmlElement): XmlElement => {
    const own = namesMedium(element) ? attributeOf(element, 'label') : undefined;
    const label = own === undefined ? undefined : labels.get(own);
    if (element.ns === xcon && element.name === 'media-label')
      return withChildren(element, [labels.get(textOf(element)) ?? textOf(element)]);
    const children = element.children.map((child) => (typeof child === 'string' ? child : put(child)));
    const isFloor = element.ns === xcon && element.name === 'floor' && attributeOf(element, 'id') !== undefined;
    const attributes = element.attributes.map((attribute) => {
      if (label !== undefined && attribute.name === 'label') return { ...attribute, value: label };
      return isFloor && attribute.name === 'id' ? { ...attribute, value: fresh() } : attribute;
    });
    return { ...element, attributes, children };
  };
  return put(document);
}

function namesMedium({ ns, name }: XmlElement): boolean {
  return ns === info && name === 'entry';
}
