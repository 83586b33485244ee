import { isAbsoluteUri } from './address.js';
import { isName } from './name.js';

// RFC 3862 §4.6:
//   NS-header = "NS" ": " [ Name-prefix ] "<" URI ">"
// Every example of the RFC has a SP after the prefix, the ABNF has none: one is written, both are read.

/** A prefix bound to a namespace; the empty prefix changes the default namespace. */
export interface Namespace {
  readonly prefix: string;
  readonly uri: string;
}

/** Reads the value of NS; undefined when it is malformed. Req: CPIM-009. */
export function parseNamespace(value: string): Namespace | undefined {
  const open = value.indexOf('<');
  if (open === -1 || !value.endsWith('>')) return undefined;
  const prefix = value.slice(0, open).trimEnd();
  const uri = value.slice(open + 1, -1);
  return (prefix !== '' && !isName(prefix)) || !isAbsoluteUri(uri) ? undefined : { prefix, uri };
}

/** Writes the value of NS. Throws `RangeError` on a malformed prefix or URI. */
export function formatNamespace(namespace: Namespace): string {
  if (namespace.prefix !== '' && !isName(namespace.prefix)) throw new RangeError('malformed namespace prefix');
  if (!isAbsoluteUri(namespace.uri)) throw new RangeError('a namespace needs an absolute URI');
  return `${namespace.prefix}${namespace.prefix === '' ? '' : ' '}<${namespace.uri}>`;
}
