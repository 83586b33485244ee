import type { DocumentLimits } from './limits.js';

/** Namespaces in which the tables name elements. */
export type SchemaNamespace = 'info' | 'xcon' | 'chat';

/** What a text or an attribute may be. */
export type ValueType =
  | 'string'
  | 'words'
  | 'token'
  | 'boolean'
  | 'int'
  | 'count'
  | 'unsignedInt'
  | 'unsignedLong'
  | 'nonNegativeInteger'
  | 'gain'
  | 'anyURI'
  | 'dateTime'
  | 'utcDateTime'
  | 'language'
  | 'duration'
  | 'calendar'
  | 'mediaTypes'
  | { readonly oneOf: readonly string[] }
  | { readonly someOf: readonly string[] };

/** One attribute an element may have. All others are left out. */
export interface AttributeRule {
  /** None: an attribute without namespace. */
  readonly ns?: 'xcon' | 'chat' | 'xml';
  readonly name: string;
  readonly type: ValueType;
  readonly required?: true;
  /** Written where a required one is missing. */
  readonly instead?: string;
  /** On receipt also taken without its namespace. */
  readonly unqualified?: true;
  /** White space around it, or alone, is part of the value. */
  readonly verbatim?: true;
  /** Values that are read as another. */
  readonly readAs?: Readonly<Record<string, string>>;
}

/** How often a child may stand there: once at most, any number, exactly once, at least once. */
export type Count = '?' | '*' | '1' | '+';

/** One child an element may have; the order of the table is the order in which children are written. */
export interface ChildRule {
  readonly ns: SchemaNamespace;
  readonly name: string;
  readonly type: TypeName;
  readonly count: Count;
  /** Which limit holds for the number of them; without: `entries`. */
  readonly limit?: keyof DocumentLimits;
  /** On receipt also taken under this name. */
  readonly alias?: string;
}

/**
 * What becomes of an element that an update names (the merge rules of the README).
 * `replace`: it takes the place of the old one; empty, it removes it. `merge`: its children and attributes are merged one by one;
 * empty, it removes it. `keep`: as `merge`, but an empty one changes nothing.
 */
export type MergeRule = 'replace' | 'merge' | 'keep';

/** One complex or simple type of RFC 6501 §5. */
export interface ElementType {
  readonly text?: ValueType;
  /** Values that are read as another. */
  readonly readAs?: Readonly<Record<string, string>>;
  readonly attributes?: readonly AttributeRule[];
  readonly children?: readonly ChildRule[];
  /** Unknown elements of the two standard namespaces may stand there (`anyElement` in the schema): left out, no fault. */
  readonly open?: true;
  /** Elements of the xcon namespace that printed examples put there by mistake: left out, no fault. */
  readonly leftOut?: readonly string[];
  /** Which attribute or child tells elements of a list apart. */
  readonly key?: { readonly attribute: string } | { readonly child: string };
  readonly merge: MergeRule;
}

export type TypeName =
  | 'conference'
  | 'description'
  | 'host'
  | 'state'
  | 'availableMedia'
  | 'medium'
  | 'mixingMode'
  | 'codecs'
  | 'codec'
  | 'controls'
  | 'uris'
  | 'confUris'
  | 'uri'
  | 'confUri'
  | 'time'
  | 'timeEntry'
  | 'mixingOffset'
  | 'users'
  | 'user'
  | 'roles'
  | 'allowedUsers'
  | 'deniedUsers'
  | 'target'
  | 'deniedTarget'
  | 'persistentList'
  | 'persistentUser'
  | 'endpoint'
  | 'media'
  | 'mixer'
  | 'heldFloor'
  | 'execution'
  | 'call'
  | 'sipDialog'
  | 'sidebars'
  | 'floorInformation'
  | 'floorPolicy'
  | 'floor'
  | 'roomPolicy'
  | 'history'
  | 'logging'
  | 'alternateVenue'
  | 'banned'
  | 'bannedTarget'
  | 'fileTransfer'
  | 'collaboration'
  | 'contact'
  | 'mediumType'
  | 'streamType'
  | 'text'
  | 'words'
  | 'required text'
  | 'boolean'
  | 'count'
  | 'unsignedInt'
  | 'unsignedLong'
  | 'nonNegativeInteger'
  | 'gain'
  | 'anyURI'
  | 'dateTime'
  | 'utcDateTime'
  | 'language'
  | 'calendar'
  | 'mediaStatus'
  | 'role'
  | 'endpointStatus'
  | 'joiningMethod'
  | 'disconnectionMethod'
  | 'joinHandling'
  | 'admissionPolicy'
  | 'anonymity'
  | 'floorRequestHandling'
  | 'algorithm';

/** Some of the types. */
export type TypeTable = Partial<Record<TypeName, ElementType>>;

/** One child rule, short. */
export function child(
  ns: SchemaNamespace,
  name: string,
  type: TypeName,
  count: Count = '?',
  limit?: keyof DocumentLimits,
): ChildRule {
  return { ns, name, type, count, ...(limit === undefined ? {} : { limit }) };
}
