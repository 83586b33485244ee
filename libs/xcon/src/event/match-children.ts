import type { XmlElement } from '@plenary/wire/xml';
import { childKey, type ChildKey } from './child-key.js';

/** One child of a parent, with what a selector needs to name it. */
export interface Placed {
  readonly element: XmlElement;
  readonly key: ChildKey | undefined;
}

/** How the children of an element became those of another. */
export interface Matching {
  readonly before: readonly Placed[];
  readonly after: readonly Placed[];
  /** Pairs that stay, as indexes, both ascending; every other child goes or comes. */
  readonly kept: readonly { readonly before: number; readonly after: number }[];
}

/**
 * Matches children by name and key, those without key by name and number; where the order changed, as many as possible stay.
 * Cost: linear in what is the same at the beginning and the end; between them n log n at worst.
 */
export function matchChildren(from: readonly XmlElement[], to: readonly XmlElement[]): Matching {
  const before = from.map(place);
  const after = to.map(place);
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end += 1;
  const kept = Array.from({ length: start }, (_, index) => ({ before: index, after: index }));
  const middle = longestAscending(
    pairsOf(before.slice(start, before.length - end), after.slice(start, after.length - end)),
  );
  for (const pair of middle) kept.push({ before: start + pair.before, after: start + pair.after });
  for (let left = end; left > 0; left -= 1) kept.push({ before: before.length - left, after: after.length - left });
  return { before, after, kept };
}

/** Which children are one and the same, in their order after. */
function pairsOf(before: readonly Placed[], after: readonly Placed[]): { before: number; after: number }[] {
  if (before.length === 0 || after.length === 0) return [];
  const places = new Map(identities(before).map((identity, index) => [identity, index]));
  return identities(after).flatMap((identity, index) => {
    const at = places.get(identity);
    return at === undefined ? [] : [{ before: at, after: index }];
  });
}

function place(element: XmlElement): Placed {
  return { element, key: childKey(element) };
}

function isSame(one: Placed | undefined, other: Placed | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.element.name === other.element.name &&
    one.element.ns === other.element.ns &&
    one.key?.by === other.key?.by &&
    one.key?.value === other.key?.value
  );
}

/** Equal for the two forms of one child: name, key, and its number among those of the same name and key. */
function identities(list: readonly Placed[]): string[] {
  const seen = new Map<string, number>();
  return list.map(({ element, key }) => {
    const name = JSON.stringify([element.ns, element.name, key?.by, key?.value]);
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return `${name}${String(number)}`;
  });
}

/** The longest part of the list whose `before` ascends, as it stands in the list. */
function longestAscending<T extends { readonly before: number }>(pairs: readonly T[]): readonly T[] {
  const ascends = pairs.every((pair, index) => index === 0 || (pairs[index - 1]?.before ?? -1) < pair.before);
  if (ascends) return pairs;
  // tails[n]: where the best list of n + 1 pairs ends; back[i]: which pair goes before pair i in its list.
  const tails: number[] = [];
  const back: number[] = [];
  for (const [index, pair] of pairs.entries()) {
    const length = firstAtLeast(tails, pairs, pair.before);
    back.push(length === 0 ? -1 : (tails[length - 1] ?? -1));
    tails[length] = index;
  }
  const list: T[] = [];
  for (let at = tails.at(-1) ?? -1; at !== -1; at = back[at] ?? -1) {
    const pair = pairs[at];
    if (pair !== undefined) list.push(pair);
  }
  return list.toReversed();
}

/** How many of the tails end before `value`: by halving, as they ascend. */
function firstAtLeast(tails: readonly number[], pairs: readonly { readonly before: number }[], value: number): number {
  let low = 0;
  let high = tails.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = pairs[tails[middle] ?? 0]?.before ?? 0;
    if (end < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
