import type { ContentType } from './header/content-type.js';
import type { NameAndUri } from './header/address.js';
import type { Subject } from './header/subject.js';

/** Namespace of the headers RFC 3862 defines, and the default at the start of an object (RFC 3862 §4). */
export const CORE_NAMESPACE = 'urn:ietf:params:cpim-headers:';

/** A header of another namespace, or one of the default namespace that RFC 3862 does not define. */
export interface ExtensionHeader {
  /** URI of the namespace, whatever prefix stood for it. */
  readonly namespace: string;
  /** Name without prefix, as written: names are case-sensitive (RFC 3862 §2.2). */
  readonly name: string;
  /** Value with its escapes resolved. */
  readonly value: string;
}

/** A MIME header of the content; the name in lower case, the value unfolded and trimmed. */
export interface ContentHeader {
  readonly name: string;
  readonly value: string;
}

/**
 * What the headers of one Message/CPIM object say. Reading only: the object itself is passed on as the octets it came in
 * (RFC 3862 §2.2 "MUST NOT be modified, reformatted or reordered in transit"), so nothing turns a head back into octets.
 */
export interface CpimHead {
  readonly from: NameAndUri;
  /** At least one. */
  readonly to: readonly NameAndUri[];
  readonly cc: readonly NameAndUri[];
  /** As written; `parseDateTime` gives the instant. A wrong value is no error: it is a hint (CPIM-015). */
  readonly dateTime?: string;
  /** One per language. */
  readonly subjects: readonly Subject[];
  /** Names that Require lists, as written, prefixes included. */
  readonly require: readonly string[];
  readonly extensions: readonly ExtensionHeader[];
  readonly contentType: ContentType;
  /** All MIME headers of the content, Content-Type included, in order. */
  readonly contentHeaders: readonly ContentHeader[];
  /** `separate`: an empty line stands between both blocks (RFC 3862 §2); `joined`: the figures of RFC 4975 and RFC 7701. */
  readonly layout: 'separate' | 'joined';
  /** Index of the first octet of the content, counted from the first octet of the object. */
  readonly contentOffset: number;
}

/** One whole object: its head, and its content as a view on the octets that were read. */
export interface CpimMessage {
  readonly head: CpimHead;
  readonly content: Uint8Array;
}
