import type { XmlAttribute, XmlElement, XmlNode } from '@plenary/wire/xml';
import { DiffFault } from './diff-fault.js';
import type { NameTest, Selector, SelectorPredicate } from './selector.js';

/** An element that can be changed in place: the copy a diff works on. */
export interface Editable {
  ns: string;
  name: string;
  attributes: XmlAttribute[];
  children: EditableNode[];
  parent: Editable | undefined;
}
export type EditableNode = Editable | string;

/** A copy of the element that can be changed. */
export function editable(element: XmlElement, parent?: Editable): Editable {
  const copy: Editable = {
    ns: element.ns,
    name: element.name,
    attributes: [...element.attributes],
    children: [],
    parent,
  };
  copy.children = editableNodes(element.children, copy);
  return copy;
}

/** Copies of nodes for a new parent. */
export function editableNodes(nodes: readonly XmlNode[], parent: Editable): EditableNode[] {
  return nodes.map((node) => (typeof node === 'string' ? node : editable(node, parent)));
}

/** The element as others see it. */
export function finished(element: Editable): XmlElement {
  const { ns, name, attributes, children } = element;
  return {
    ns,
    name,
    attributes,
    children: children.map((child) => (typeof child === 'string' ? child : finished(child))),
  };
}

/** Counts what selectors look at, and stops when it is too much. */
export class StepBudget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new DiffFault('diff-too-costly');
  }
}

/** The elements a selector's steps find. `root` is the document's root element. */
export function locate(root: Editable, selector: Selector, budget: StepBudget): Editable[] {
  const top: EditableNode[] = [root];
  let found: Editable[] | undefined;
  for (const { test, predicates } of selector.steps) {
    const parents: readonly (readonly EditableNode[])[] = found?.map((element) => element.children) ?? [top];
    found = parents.flatMap((children) => {
      budget.spend(children.length + 1);
      let list = children.filter((child): child is Editable => typeof child !== 'string' && matches(child, test));
      for (const predicate of predicates) {
        budget.spend(list.length);
        list = list.filter((element, index) => holds(element, index, predicate));
      }
      return list;
    });
  }
  return found ?? [];
}

/** True when a name is the one asked for. */
export function matches(named: { readonly ns: string; readonly name: string }, test: NameTest): boolean {
  return test.name === undefined || (named.name === test.name && test.namespaces.includes(named.ns));
}

function holds(element: Editable, index: number, predicate: SelectorPredicate): boolean {
  switch (predicate.kind) {
    case 'position':
      return index + 1 === predicate.position;
    case 'attribute':
      return element.attributes.some((one) => matches(one, predicate.test) && one.value === predicate.value);
    case 'child':
      return element.children.some(
        (child) => typeof child !== 'string' && matches(child, predicate.test) && stringOf(child) === predicate.value,
      );
    case 'self':
      return stringOf(element) === predicate.value;
  }
}

/** The string-value of an element: all text in it (XPath 1.0 §5.2). */
function stringOf(element: Editable): string {
  return element.children.map((child) => (typeof child === 'string' ? child : stringOf(child))).join('');
}

/** Joins neighbouring texts and drops empty ones: "a text node MUST NOT have another text node as an immediate sibling" (RFC 5261 §4.3.5). */
export function joinTexts(element: Editable): void {
  const joined: EditableNode[] = [];
  for (const child of element.children) {
    const last = joined.at(-1);
    if (typeof child !== 'string') joined.push(child);
    else if (typeof last === 'string') joined[joined.length - 1] = last + child;
    else if (child !== '') joined.push(child);
  }
  element.children = joined;
}
