import { attributeOf, childElement, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import type { ElementType } from './schema.js';

/** A place in a document; written only when somebody asks for it. */
export class ElementPath {
  readonly #parent: ElementPath | undefined;
  readonly #step: string;

  private constructor(parent: ElementPath | undefined, step: string) {
    this.#parent = parent;
    this.#step = step;
  }

  /** The conference itself. */
  static readonly root = new ElementPath(undefined, '');

  /** A child, by local name, and by its key where it is one of a list. */
  child(name: string, type?: ElementType, key?: string): ElementPath {
    if (type?.key === undefined || key === undefined) return new ElementPath(this, `/${name}`);
    const test = 'attribute' in type.key ? `@${type.key.attribute}` : type.key.child;
    return new ElementPath(this, `/${name}[${test}=${quoted(key)}]`);
  }

  attribute(name: string): ElementPath {
    return new ElementPath(this, `/@${name}`);
  }

  toString(): string {
    return `${this.#parent?.toString() ?? ''}${this.#step}`;
  }
}

function quoted(key: string): string {
  return key.includes("'") ? `"${key.replaceAll('"', '%22')}"` : `'${key}'`;
}

/** Key of an element among its like; undefined where its type has none or it carries none. */
export function keyOf(element: XmlElement, type: ElementType): string | undefined {
  if (type.key === undefined) return undefined;
  if ('attribute' in type.key) return attributeOf(element, type.key.attribute)?.trim();
  const holder = childElement(element, namespaces.info, type.key.child);
  return holder === undefined ? undefined : textOf(holder);
}

/** True when one path is the other, or leads to it: a change of the one is then one of the other. */
export function pathsMeet(one: string, other: string): boolean {
  return one === other || leadsTo(one, other) || leadsTo(other, one);
}

function leadsTo(outer: string, inner: string): boolean {
  return outer === '' || inner.startsWith(`${outer}/`) || (!outer.endsWith(']') && inner.startsWith(`${outer}[`));
}
