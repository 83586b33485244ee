import { formatFormatList, parseFormatList } from './format-list.js';

/**
 * The types a peer takes inside message/cpim, never empty: its accept-wrapped-types and its accept-types, for "any type listed in
 * accept-types may be both used as a root body and wrapped" (RFC 4975 §8.6). A peer that names only message/cpim and no
 * wrapped type takes any: RFC 7701 §5.2 only recommends the attribute.   Req: SDP-008, CHAT-012.
 */
export function effectiveWrappedTypes(acceptTypes: readonly string[], wrapped: string | undefined): readonly string[] {
  const entries = new Set(wrapped === undefined ? [] : parseFormatList(wrapped));
  for (const type of acceptTypes) if (type !== 'message/cpim') entries.add(type);
  return entries.size === 0 ? ['*'] : [...entries];
}

/**
 * Writes the types a room admits, `*` last; alone when that is all. Undefined for an empty list: then there is no such line.
 * Req: SDP-007.
 */
export function formatWrappedTypes(types: readonly string[]): string | undefined {
  if (types.length === 0) return undefined;
  const named = types.filter((type) => type !== '*');
  return formatFormatList(types.includes('*') ? [...named, '*'] : named);
}
