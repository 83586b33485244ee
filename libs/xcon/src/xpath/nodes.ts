import type { XmlAttribute, XmlElement } from '@plenary/wire/xml';
import type { XpathBudget } from './budget.js';

/** A node of XPath's data model (XPath 1.0 §5): a view on a document that knows its parent. Made when it is first looked at. */
export interface XpathNode {
  readonly parent: XpathNode | undefined;
  /** Absent: the root node, above the root element. */
  readonly item: XmlElement | XmlAttribute | string | undefined;
  /** Place among the children of its parent; attributes count from -1 downwards, as they go before children. */
  readonly index: number;
  readonly depth: number;
  childNodes: readonly XpathNode[] | undefined;
  attributeNodes: readonly XpathNode[] | undefined;
}

function node(item: XpathNode['item'], parent: XpathNode | undefined, index: number): XpathNode {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  return { parent, item, index, depth, childNodes: undefined, attributeNodes: undefined };
}

/** The root node of a document. */
export function rootNode(document: XmlElement): XpathNode {
  const root = node(undefined, undefined, 0);
  root.childNodes = [node(document, root, 0)];
  return root;
}

/** Elements and texts of an element or the root; none of others. White space between elements is no node here. */
export function childNodes(of: XpathNode, budget: XpathBudget): readonly XpathNode[] {
  if (of.childNodes === undefined) {
    const { item } = of;
    of.childNodes = isElement(item) ? significant(item).map((child, index) => node(child, of, index)) : [];
  }
  budget.spend(of.childNodes.length);
  return of.childNodes;
}

function significant(element: XmlElement): XmlElement['children'] {
  const hasElements = element.children.some((child) => typeof child !== 'string');
  return hasElements
    ? element.children.filter((child) => typeof child !== 'string' || child.trim() !== '')
    : element.children;
}

export function attributeNodes(of: XpathNode, budget: XpathBudget): readonly XpathNode[] {
  const { item } = of;
  of.attributeNodes ??= isElement(item)
    ? item.attributes.map((attribute, index) => node(attribute, of, index - item.attributes.length))
    : [];
  budget.spend(of.attributeNodes.length);
  return of.attributeNodes;
}

export function isElement(item: XpathNode['item']): item is XmlElement {
  return typeof item === 'object' && 'children' in item;
}

export function isAttribute(item: XpathNode['item']): item is XmlAttribute {
  return typeof item === 'object' && 'value' in item;
}

export function localName({ item }: XpathNode): string {
  return typeof item === 'object' ? item.name : '';
}

export function namespaceOf({ item }: XpathNode): string {
  return typeof item === 'object' ? item.ns : '';
}

/** The string-value (XPath 1.0 §5). White space at both ends of an element's text is left out: the layout of a document is no value. */
export function stringValue(of: XpathNode, budget: XpathBudget): string {
  const { item } = of;
  let value: string;
  if (typeof item === 'string') value = item;
  else if (isAttribute(item)) value = item.value;
  else
    value = childNodes(of, budget)
      .map((child) => stringValue(child, budget))
      .join('');
  budget.spendText(value.length);
  return isAttribute(item) ? value : value.trim();
}

/** Sorts in document order and leaves each node once. */
export function inDocumentOrder(nodes: readonly XpathNode[], budget: XpathBudget): readonly XpathNode[] {
  if (nodes.length < 2) return nodes;
  budget.spend(nodes.length);
  return [...new Set(nodes)].toSorted((one, other) => {
    budget.spend(1);
    return compareNodes(one, other);
  });
}

function compareNodes(one: XpathNode, other: XpathNode): number {
  let left = one;
  let right = other;
  while (left.depth > right.depth && left.parent !== undefined) left = left.parent;
  while (right.depth > left.depth && right.parent !== undefined) right = right.parent;
  // One is an ancestor of the other: it goes first.
  if (left === right) return one.depth - other.depth;
  while (left.parent !== right.parent && left.parent !== undefined && right.parent !== undefined) {
    left = left.parent;
    right = right.parent;
  }
  return left.index - right.index;
}
