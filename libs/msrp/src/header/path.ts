/**
 * To-Path, From-Path (RFC 4975 section 9) and Use-Path (RFC 4976 section 7): lists of MSRP URIs, the next hop first.
 *
 * ```abnf
 * To-Path = "To-Path:" SP MSRP-URI *( SP MSRP-URI )
 * ```
 */
import { ok, type Result } from '@plenary/wire';
import type { MsrpError } from '../errors.js';
import { formatUri, parseUri, type MsrpUri } from '../uri.js';

/** Reads a list of at least one URI; more than one space between two is tolerated. Err `bad-uri`. */
export function parsePath(value: string): Result<readonly MsrpUri[], MsrpError> {
  if (!value.includes(' ')) {
    const single = parseUri(value);
    return single.ok ? ok([single.value]) : single;
  }
  const path: MsrpUri[] = [];
  for (const part of value.split(' ')) {
    if (part === '') continue;
    const uri = parseUri(part);
    if (!uri.ok) return uri;
    path.push(uri.value);
  }
  return ok(path);
}

export function formatPath(path: readonly MsrpUri[]): string {
  return path.map(formatUri).join(' ');
}
