import { childElements, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { ElementPath, keyOf } from './element-path.js';
import { equalElements, isEmptyElement, isKeyOnly, keyed, withMergedAttributes } from './merge-parts.js';
import type { ChildRule, TypeName } from './schema.js';
import { childRule, type DocumentPart, partTypes, schemaTypes } from './schema.table.js';

/** What became of a document, and what the change named. */
export interface MergedDocument {
  readonly merged: XmlElement;
  /** Paths of everything the change named, from the conference down: `/conference-description/subject`. */
  readonly touched: readonly string[];
  /** Those of them that are not as they were. */
  readonly changed: readonly string[];
}

/**
 * Merges what an update brings into a document. Both are checked, `whole` as a whole and `change` as a change, of the same part.
 *
 * A text takes the place of the old one. An empty element removes the old one; an empty `users`, `user`, `conference-description` or
 * `conference-state` changes nothing. Lists with a key are merged entry by entry, and an entry with nothing but its key removes that
 * one, or, where there is none, changes nothing; a `user` is never removed so. These lists are: `available-media`, `conf-uris`, users,
 * endpoints, their media, floors. All other lists are replaced whole, as are conference times, codecs and mixers. Attributes likewise: an empty one removes. The identifier and the version
 * of the root are not merged. A new entry is merged into nothing, so that an update that comes twice changes nothing the second time.
 *
 * What comes out may lack something mandatory, when the change did not bring it: it is to be checked.
 * Spec: RFC 6503 §5.3.4.   Req: CCMP-033, CCMP-070, VER-005.
 */
export function mergeDocument(whole: XmlElement, change: XmlElement, part: DocumentPart): MergedDocument {
  const merge = new Merge();
  const { type, name } = partTypes[part];
  const above = part === 'user' ? ElementPath.root.child('users') : ElementPath.root;
  const path =
    type === 'conference'
      ? above
      : above.child(name, schemaTypes[type], keyOf(whole, schemaTypes[type]) ?? keyOf(change, schemaTypes[type]));
  const merged = merge.into(whole, change, type, path);
  return { merged, touched: merge.touched, changed: merge.changed };
}

class Merge {
  readonly touched: string[] = [];
  readonly changed: string[] = [];

  /** Attributes and children of `change` into those of `old`. */
  into(old: XmlElement, change: XmlElement, type: TypeName, path: ElementPath): XmlElement {
    const merged = withMergedAttributes(old, change, type, (name, isChanged) => {
      this.#note(path.attribute(name), isChanged);
    });
    const groups = new Map<ChildRule, XmlElement[]>();
    for (const child of childElements(change)) {
      const rule = childRule(type, child.ns, child.name)?.rule;
      if (rule === undefined) continue;
      const group = groups.get(rule);
      if (group === undefined) groups.set(rule, [child]);
      else group.push(child);
    }
    if (groups.size === 0) return merged;
    const results = new Map<ChildRule, readonly XmlElement[]>();
    for (const [rule, news] of groups) results.set(rule, this.#group(old, rule, news, path));
    return { ...merged, children: ordered(old, type, results) };
  }

  /** The children of one name, after the change. */
  #group(old: XmlElement, rule: ChildRule, news: readonly XmlElement[], path: ElementPath): readonly XmlElement[] {
    const olds = childElements(old).filter((child) => child.name === rule.name && child.ns === namespaces[rule.ns]);
    const [first] = news;
    if (first === undefined) return olds;
    if (rule.count === '?' || rule.count === '1') {
      const result = this.#one(olds[0], first, rule, path.child(rule.name));
      return result === undefined ? [] : [result];
    }
    if (schemaTypes[rule.type].key !== undefined) return this.#list(olds, news, rule, path);
    const replaced = news.filter((child) => !isEmptyElement(child));
    this.#note(path.child(rule.name), !sameList(olds, replaced));
    return replaced;
  }

  #one(old: XmlElement | undefined, change: XmlElement, rule: ChildRule, path: ElementPath): XmlElement | undefined {
    const type = schemaTypes[rule.type];
    if (isEmptyElement(change)) {
      if (type.merge === 'keep') return old;
      this.#note(path, old !== undefined);
      return undefined;
    }
    if (type.merge === 'replace') {
      this.#note(path, old === undefined || !equalElements(old, change));
      return change;
    }
    const merged = this.into(old ?? { ...change, attributes: [], children: [] }, change, rule.type, path);
    return isEmptyElement(merged) ? undefined : merged;
  }

  #list(
    olds: readonly XmlElement[],
    news: readonly XmlElement[],
    rule: ChildRule,
    path: ElementPath,
  ): readonly XmlElement[] {
    const type = schemaTypes[rule.type];
    const entries = keyed(olds, type);
    for (const change of news) {
      const key = keyOf(change, type);
      if (key === undefined) continue;
      const at = path.child(rule.name, type, key);
      const old = entries.get(key);
      if (isKeyOnly(change, type)) {
        if (type.merge === 'keep' ? old !== undefined : old === undefined) continue;
        if (type.merge === 'keep') entries.set(key, change);
        else entries.delete(key);
        this.#note(at, true);
      } else if (old === undefined) {
        this.#note(at, true);
        entries.set(key, new Merge().into(onlyKey(change, rule), change, rule.type, at));
      } else entries.set(key, this.into(old, change, rule.type, at));
    }
    return [...entries.values()];
  }

  #note(path: ElementPath, isChanged: boolean): void {
    const text = String(path);
    this.touched.push(text);
    if (isChanged) this.changed.push(text);
  }
}

/** A new entry of a list, before anything but its key is in it. */
function onlyKey(change: XmlElement, rule: ChildRule): XmlElement {
  const { key } = schemaTypes[rule.type];
  const attribute = key !== undefined && 'attribute' in key ? key.attribute : undefined;
  return {
    ...change,
    attributes: change.attributes.filter(({ ns, name }) => ns === '' && name === attribute),
    children: [],
  };
}

/** The children of `old` with those of some names replaced, in the order of the schema. */
function ordered(
  old: XmlElement,
  type: TypeName,
  results: ReadonlyMap<ChildRule, readonly XmlElement[]>,
): readonly XmlElement[] {
  const untouched = childElements(old).filter((child) => {
    const rule = childRule(type, child.ns, child.name)?.rule;
    return rule === undefined || !results.has(rule);
  });
  const place = (child: XmlElement): number => childRule(type, child.ns, child.name)?.place ?? Infinity;
  return [...untouched, ...[...results.values()].flat()].toSorted((one, other) => {
    const [left, right] = [place(one), place(other)];
    return left === right ? 0 : left - right;
  });
}

function sameList(olds: readonly XmlElement[], news: readonly XmlElement[]): boolean {
  return olds.length === news.length && olds.every((old, index) => equalElements(old, news[index]));
}
