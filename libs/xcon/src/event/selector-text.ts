import { namespaces } from '../namespaces.js';
import type { Placed } from './match-children.js';

// A selector names elements of the document's default namespace (RFC 4575's) without prefix and RFC 6501's with `xcon`: a diff written
// with these two declarations, as its root's own name needs, says the same to any reader (RFC 5261 §4.2.1). Elements of other
// namespaces are named by number, `*[3]`.

/** A name as selectors write it; undefined where its namespace has no prefix. `attribute`: one without namespace has none. */
export function selectorName(ns: string, name: string, of: 'element' | 'attribute'): string | undefined {
  if (ns === namespaces.xcon) return `xcon:${name}`;
  return ns === (of === 'element' ? namespaces.info : '') ? name : undefined;
}

/** Where the children of a list stand at the moment selectors are to name them; counted when first asked for. */
export class Positions {
  readonly #list: readonly Placed[];
  #numbers: readonly number[] | undefined;

  constructor(list: readonly Placed[]) {
    this.#list = list;
  }

  /** Its number among the siblings of its name, from 1. */
  amongSameName(index: number): number {
    this.#numbers ??= numbered(this.#list);
    return this.#numbers[index] ?? 0;
  }
}

function numbered(list: readonly Placed[]): readonly number[] {
  const counts = new Map<string, number>();
  return list.map((child) => count(counts, nameOf(child)));
}

/** What may be relied on while children come and go: which names and keys occur once, before as after. Counted when first asked for. */
export class Uniqueness {
  readonly #lists: readonly (readonly Placed[])[];
  #counts: readonly ReadonlyMap<string, number>[] | undefined;

  constructor(before: readonly Placed[], after: readonly Placed[]) {
    this.#lists = [before, after];
  }

  isOnly(name: string): boolean {
    this.#counts ??= this.#lists.map(countNames);
    return this.#counts.every((counts) => (counts.get(name) ?? 0) <= 1);
  }
}

function countNames(list: readonly Placed[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const child of list) {
    count(counts, nameOf(child));
    if (child.key !== undefined) count(counts, keyOf(child));
  }
  return counts;
}

function count(counts: Map<string, number>, name: string): number {
  const number = (counts.get(name) ?? 0) + 1;
  counts.set(name, number);
  return number;
}

function nameOf({ element }: Placed): string {
  return JSON.stringify([element.ns, element.name]);
}

function keyOf({ element, key }: Placed): string {
  return JSON.stringify([element.ns, element.name, key?.by, key?.value]);
}

/**
 * One step of a selector: by key where that is unique, by name alone where no sibling has it, else by number.
 *
 * Spec: RFC 5261 §4.1, §8: `step = (qname|*)(cond)*`.
 */
export function stepText(list: readonly Placed[], index: number, positions: Positions, unique: Uniqueness): string {
  const child = list[index];
  if (child === undefined) throw new RangeError('no such child');
  const name = selectorName(child.element.ns, child.element.name, 'element');
  if (name === undefined) return `*[${String(index + 1)}]`;
  const literal = child.key === undefined ? undefined : quoted(child.key.value);
  if (literal !== undefined && unique.isOnly(keyOf(child))) return `${name}[${child.key?.by ?? ''}=${literal}]`;
  return unique.isOnly(nameOf(child)) ? name : `${name}[${String(positions.amongSameName(index))}]`;
}

/** A value as a literal; undefined for what has both kinds of quotation mark or a line break: the schema's pattern has no place for it. */
function quoted(value: string): string | undefined {
  if (/[\n\r]/u.test(value)) return undefined;
  if (!value.includes("'")) return `'${value}'`;
  return value.includes('"') ? undefined : `"${value}"`;
}
