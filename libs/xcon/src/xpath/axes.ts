import type { XpathBudget } from './budget.js';
import type { Axis, NodeTest } from './expression.js';
import { attributeNodes, childNodes, isAttribute, isElement, localName, namespaceOf, type XpathNode } from './nodes.js';

/** Nodes of an axis, in the order in which the axis numbers them: nearest first. Spec: XPath 1.0 §2.2. */
export function nodesOn(axis: Axis, node: XpathNode, budget: XpathBudget): readonly XpathNode[] {
  budget.spend(1);
  switch (axis) {
    case 'child':
      return childNodes(node, budget);
    case 'attribute':
      return attributeNodes(node, budget);
    case 'self':
      return [node];
    case 'parent':
      return node.parent === undefined ? [] : [node.parent];
    case 'descendant':
      return descendants(node, budget);
    case 'descendant-or-self':
      return [node, ...descendants(node, budget)];
    case 'ancestor':
      return ancestors(node, budget);
    case 'ancestor-or-self':
      return [node, ...ancestors(node, budget)];
    case 'following-sibling':
      return siblings(node, budget).filter(({ index }) => index > node.index);
    case 'preceding-sibling':
      return siblings(node, budget)
        .filter(({ index }) => index < node.index)
        .toReversed();
    case 'following':
      return [node, ...ancestors(node, budget)].flatMap((from) =>
        nodesOn('following-sibling', from, budget).flatMap((sibling) => [sibling, ...descendants(sibling, budget)]),
      );
    case 'preceding':
      return [node, ...ancestors(node, budget)].flatMap((from) =>
        nodesOn('preceding-sibling', from, budget).flatMap((sibling) =>
          [sibling, ...descendants(sibling, budget)].toReversed(),
        ),
      );
  }
}

function descendants(node: XpathNode, budget: XpathBudget): XpathNode[] {
  const found: XpathNode[] = [];
  const open = [...childNodes(node, budget)].toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next);
    const children = childNodes(next, budget);
    for (let index = children.length - 1; index >= 0; index -= 1) open.push(children[index] as XpathNode);
  }
  return found;
}

function ancestors(node: XpathNode, budget: XpathBudget): XpathNode[] {
  const found: XpathNode[] = [];
  for (let { parent } = node; parent !== undefined; { parent } = parent) found.push(parent);
  budget.spend(found.length);
  return found;
}

/** Children of its parent; an attribute has no siblings. */
function siblings(node: XpathNode, budget: XpathBudget): readonly XpathNode[] {
  return node.parent === undefined || isAttribute(node.item) ? [] : childNodes(node.parent, budget);
}

/** True when the test lets the node through; a name means elements, on the attribute axis attributes. Spec: XPath 1.0 §2.3. */
export function passes(test: NodeTest, axis: Axis, node: XpathNode): boolean {
  switch (test.kind) {
    case 'node':
      return true;
    case 'text':
      return typeof node.item === 'string';
    case 'nothing':
      return false;
    case 'name':
      if (axis === 'attribute' ? !isAttribute(node.item) : !isElement(node.item)) return false;
      return (
        (test.name === undefined || test.name === localName(node)) &&
        (test.namespaces === undefined || test.namespaces.includes(namespaceOf(node)))
      );
  }
}
