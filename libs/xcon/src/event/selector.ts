import { namespaces } from '../namespaces.js';
import { DiffFault } from './diff-fault.js';

/** A name in a selector: one namespace, or any of several; `name` undefined: any element (`*`). */
export interface NameTest {
  readonly namespaces: readonly string[];
  readonly name: string | undefined;
}

export type SelectorPredicate =
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'attribute' | 'child'; readonly test: NameTest; readonly value: string }
  | { readonly kind: 'self'; readonly value: string };

export interface SelectorStep {
  readonly test: NameTest;
  readonly predicates: readonly SelectorPredicate[];
}

/** Elements, and what of the last one is meant. */
export interface Selector {
  readonly steps: readonly SelectorStep[];
  readonly last:
    | { readonly kind: 'element' }
    | { readonly kind: 'attribute'; readonly test: NameTest }
    /** `text()`, by number where one is given. */
    | { readonly kind: 'text'; readonly position: number | undefined };
}

const name = String.raw`[\p{L}_][\p{L}\p{M}\p{N}._\-]*`;
const qname = `(?:${name}:)?${name}`;
const literal = String.raw`"[^"]*"|'[^']*'`;
const stepPattern = new RegExp(`(${qname}|\\*)`, 'uy');
const predicatePattern = new RegExp(`\\[\\s*(?:(\\d{1,9})|(?:(\\.)|(@?)(${qname}))\\s*=\\s*(${literal}))\\s*\\]`, 'uy');
const attributePattern = new RegExp(`@(${qname})$`, 'uy');
const textPattern = /text\(\)(?:\[(\d{1,9})\])?$/uy;

/**
 * Reads a selector of RFC 5261. `prefixes` are the declarations of the diff. An element's name without prefix means RFC 4575's namespace
 * or RFC 6501's, whatever the default namespace is: RFC 6502's own example needs that. Comments and processing instructions are not kept
 * in documents, so nothing is found by them. Throws `DiffFault`.
 *
 * Spec: RFC 5261 §4.1, §4.2.1, §8.
 */
export function readSelector(text: string, prefixes: ReadonlyMap<string, string>): Selector {
  const path = text.trim().replace(/^\//u, '');
  if (path.startsWith('id(')) throw new DiffFault('unsupported-id-function');
  const steps: SelectorStep[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(path);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    const attribute = take(attributePattern);
    if (attribute !== null)
      return { steps, last: { kind: 'attribute', test: nameTest(attribute[1] ?? '', prefixes, 'attribute') } };
    const textNode = take(textPattern);
    if (textNode !== null)
      return { steps, last: { kind: 'text', position: textNode[1] === undefined ? undefined : Number(textNode[1]) } };
    const step = take(stepPattern);
    if (step === null) throw new DiffFault('invalid-attribute-value');
    const predicates: SelectorPredicate[] = [];
    for (let found = take(predicatePattern); found !== null; found = take(predicatePattern))
      predicates.push(predicateOf(found, prefixes));
    steps.push({ test: nameTest(step[1] ?? '', prefixes, 'element'), predicates });
    if (at === path.length) return { steps, last: { kind: 'element' } };
    if (path[at] !== '/') throw new DiffFault('invalid-attribute-value');
    at += 1;
  }
}

function predicateOf(found: RegExpExecArray, prefixes: ReadonlyMap<string, string>): SelectorPredicate {
  const [, position, dot, sign, tested, value = ''] = found;
  if (position !== undefined) return { kind: 'position', position: Number(position) };
  const unquoted = value.slice(1, -1);
  if (dot !== undefined) return { kind: 'self', value: unquoted };
  const of = sign === '@' ? 'attribute' : 'child';
  return { kind: of, test: nameTest(tested ?? '', prefixes, of === 'child' ? 'element' : of), value: unquoted };
}

/** The value of an `<add>`'s 'type': the name of an attribute. Throws `DiffFault`. */
export function readAttributeName(text: string, prefixes: ReadonlyMap<string, string>): { ns: string; name: string } {
  attributePattern.lastIndex = 0;
  const found = attributePattern.exec(text.trim());
  // Prefixes are not kept in our documents, so there is none to declare.
  if (found === null) throw new DiffFault('invalid-attribute-value');
  const test = nameTest(found[1] ?? '', prefixes, 'attribute');
  return { ns: test.namespaces[0] ?? '', name: test.name ?? '' };
}

function nameTest(text: string, prefixes: ReadonlyMap<string, string>, of: 'element' | 'attribute'): NameTest {
  if (text === '*') return { namespaces: [], name: undefined };
  const colon = text.indexOf(':');
  if (colon === -1) return { namespaces: of === 'attribute' ? [''] : [namespaces.info, namespaces.xcon], name: text };
  const ns = prefixes.get(text.slice(0, colon));
  if (ns === undefined) throw new DiffFault('invalid-namespace-prefix');
  return { namespaces: [ns], name: text.slice(colon + 1) };
}
