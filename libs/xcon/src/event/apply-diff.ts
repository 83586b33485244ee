import { err, ok, type Result } from '@plenary/wire';
import { attributeOf, childElements, type XmlElement, type XmlNode } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { normalizeXconUri } from '../xcon-uri.js';
import { DiffFault } from './diff-fault.js';
import {
  type Editable,
  editable,
  editableNodes,
  finished,
  joinTexts,
  locate,
  matches,
  StepBudget,
} from './editable.js';
import { readAttributeName, readSelector, type Selector } from './selector.js';

export interface ApplyDiffOptions {
  /** Declarations of the diff document: `readXml` tells them. Default: `info`, `xcon`, `chat`. */
  readonly prefixes?: ReadonlyMap<string, string>;
  /** Nodes all selectors together may look at. */
  readonly steps?: number;
}

const usualPrefixes: ReadonlyMap<string, string> = new Map(
  (['info', 'xcon', 'chat'] as const).map((prefix) => [prefix, namespaces[prefix]]),
);

/**
 * Applies a diff to the document it was made for: its operations one after the other, all or none. Elements of foreign namespaces in the
 * diff are ignored. Text in operations is put in as it stands, white space too.
 *
 * Spec: RFC 6502 §5.2, §5.3, RFC 5261 §4.   Req: NOTIF-007.
 */
export function applyDiff(
  document: XmlElement,
  diff: XmlElement,
  options: ApplyDiffOptions = {},
): Result<XmlElement, DiffFault> {
  if (diff.name !== 'conference-info-diff' || diff.ns !== namespaces.xcon)
    return err(new DiffFault('invalid-diff-format'));
  const ours = normalizeXconUri(attributeOf(document, 'entity') ?? '');
  const theirs = normalizeXconUri(attributeOf(diff, 'entity') ?? '');
  if (ours.ok && theirs.ok && ours.value !== theirs.value) return err(new DiffFault('other-conference'));
  const patching: Patching = {
    root: editable(document),
    prefixes: options.prefixes ?? usualPrefixes,
    budget: new StepBudget(options.steps ?? 20_000_000),
  };
  const operations = childElements(diff).filter(({ ns }) => ns === namespaces.xcon);
  for (const [index, operation] of operations.entries()) {
    try {
      apply(patching, operation);
    } catch (error) {
      if (error instanceof DiffFault) return err(new DiffFault(error.code, index));
      throw error;
    }
  }
  return ok(finished(patching.root));
}

interface Patching {
  root: Editable;
  readonly prefixes: ReadonlyMap<string, string>;
  readonly budget: StepBudget;
}

function apply(patching: Patching, operation: XmlElement): void {
  const handlers = { add, replace, remove };
  const handler = Object.hasOwn(handlers, operation.name)
    ? handlers[operation.name as keyof typeof handlers]
    : undefined;
  if (handler === undefined) throw new DiffFault('invalid-patch-directive');
  const selector = readSelector(attributeOf(operation, 'sel') ?? '', patching.prefixes);
  const found = locate(patching.root, selector, patching.budget);
  const [target] = found;
  if (target === undefined || found.length > 1) throw new DiffFault('unlocated-node');
  handler(patching, operation, selector, target);
}

// RFC 5261 §4.3
function add(patching: Patching, operation: XmlElement, { last }: Selector, target: Editable): void {
  const type = attributeOf(operation, 'type');
  const pos = attributeOf(operation, 'pos');
  if (type !== undefined) {
    if (last.kind !== 'element') throw new DiffFault('invalid-node-types');
    const name = readAttributeName(type, patching.prefixes);
    if (target.attributes.some((one) => one.ns === name.ns && one.name === name.name))
      throw new DiffFault('invalid-attribute-value');
    target.attributes.push({ ...name, value: textIn(operation) });
    return;
  }
  if (pos === undefined || pos === 'prepend') {
    if (last.kind !== 'element') throw new DiffFault('invalid-node-types');
    insert(target, pos === undefined ? target.children.length : 0, operation.children);
    return;
  }
  if (pos !== 'before' && pos !== 'after') throw new DiffFault('invalid-attribute-value');
  if (last.kind === 'attribute') throw new DiffFault('invalid-node-types');
  const parent = last.kind === 'text' ? target : target.parent;
  if (parent === undefined) throw new DiffFault('invalid-root-element-operation');
  const at = last.kind === 'text' ? textIndex(target, last.position) : parent.children.indexOf(target);
  patching.budget.spend(parent.children.length);
  insert(parent, pos === 'before' ? at : at + 1, operation.children);
}

function insert(parent: Editable, at: number, nodes: readonly XmlNode[]): void {
  parent.children = [...parent.children.slice(0, at), ...editableNodes(nodes, parent), ...parent.children.slice(at)];
  joinTexts(parent);
}

// RFC 5261 §4.4
function replace(patching: Patching, operation: XmlElement, { last }: Selector, target: Editable): void {
  if (last.kind === 'attribute') {
    const index = attributeIndex(target, last.test);
    const attribute = target.attributes[index];
    if (attribute !== undefined) target.attributes[index] = { ...attribute, value: textIn(operation) };
    return;
  }
  if (last.kind === 'text') {
    target.children[textIndex(target, last.position)] = textIn(operation);
    joinTexts(target);
    return;
  }
  const [content, ...more] = operation.children.filter((node) => typeof node !== 'string' || node.trim() !== '');
  if (content === undefined || typeof content === 'string' || more.length > 0)
    throw new DiffFault('invalid-node-types');
  const { parent } = target;
  if (parent === undefined) patching.root = editable(content);
  else parent.children[parent.children.indexOf(target)] = editable(content, parent);
}

// RFC 5261 §4.5
function remove(_patching: Patching, operation: XmlElement, { last }: Selector, target: Editable): void {
  const ws = attributeOf(operation, 'ws');
  if (last.kind === 'element') removeElement(target, ws);
  else if (ws !== undefined) throw new DiffFault('invalid-attribute-value');
  else if (last.kind === 'attribute') target.attributes.splice(attributeIndex(target, last.test), 1);
  else {
    target.children.splice(textIndex(target, last.position), 1);
    joinTexts(target);
  }
}

function removeElement(target: Editable, ws: string | undefined): void {
  const { parent } = target;
  if (parent === undefined) throw new DiffFault('invalid-root-element-operation');
  if (ws !== undefined && !['before', 'after', 'both'].includes(ws)) throw new DiffFault('invalid-attribute-value');
  const at = parent.children.indexOf(target);
  const first = ws === 'before' || ws === 'both' ? at - 1 : at;
  const end = ws === 'after' || ws === 'both' ? at + 2 : at + 1;
  const isSpace = (index: number): boolean => {
    const node = parent.children[index];
    return index === at || (typeof node === 'string' && node.trim() === '');
  };
  if (!isSpace(first) || !isSpace(end - 1)) throw new DiffFault('invalid-whitespace-directive');
  parent.children.splice(first, end - first);
  joinTexts(parent);
}

function textIn(operation: XmlElement): string {
  const text = operation.children.filter((node) => typeof node === 'string');
  if (text.length < operation.children.length) throw new DiffFault('invalid-node-types');
  return text.join('');
}

function textIndex(element: Editable, position: number | undefined): number {
  const indexes = element.children.flatMap((child, index) => (typeof child === 'string' ? [index] : []));
  const at = position === undefined ? indexes[0] : indexes[position - 1];
  if (at === undefined || (position === undefined && indexes.length > 1)) throw new DiffFault('unlocated-node');
  return at;
}

function attributeIndex(element: Editable, test: Parameters<typeof matches>[1]): number {
  const index = element.attributes.findIndex((attribute) => matches(attribute, test));
  if (index === -1) throw new DiffFault('unlocated-node');
  return index;
}
