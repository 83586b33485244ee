import { SaxesParser, type SaxesTagNS } from 'saxes';
import { err, ok, type Result } from '../result.js';
import type { XmlAttribute, XmlElement, XmlNode } from './element.js';

/** What a document may have at most. The parser's cost grows with the square of the depth, so that limit is what keeps it cheap. */
export interface XmlLimits {
  readonly characters: number;
  readonly depth: number;
  readonly elements: number;
  readonly attributesPerElement: number;
  readonly attributes: number;
}

export const defaultXmlLimits: XmlLimits = {
  characters: 512 * 1024,
  depth: 48,
  elements: 8_000,
  attributesPerElement: 64,
  attributes: 16_000,
};

/** Every way in which text is refused as a document. */
export const XML_ERRORS = {
  'xml-too-large': 'the document is longer than it may be',
  'xml-too-deep': 'elements are nested more deeply than they may be',
  'xml-too-many-elements': 'the document has more elements than it may have',
  'xml-too-many-attributes': 'an element, or the document, has more attributes than it may have',
  'xml-doctype': 'a document type declaration is not taken: no entities are defined or fetched',
  'xml-encoding': 'the document says it is in another encoding than UTF-8',
  'xml-malformed': 'the document is not well-formed',
} as const;
export type XmlErrorCode = keyof typeof XML_ERRORS;

/** Why text is no document; `line` is where it showed, 1-based. */
export class XmlError extends Error {
  override readonly name = 'XmlError';

  constructor(
    readonly code: XmlErrorCode,
    readonly line: number,
    detail = '',
  ) {
    super(detail === '' ? XML_ERRORS[code] : `${XML_ERRORS[code]}: ${detail}`);
  }
}

export interface XmlDocument {
  readonly root: XmlElement;
  /** Texts of the comments, wherever they stood. */
  readonly comments: readonly string[];
  /** Namespace per prefix (empty: the default one), for names in values; a prefix declared more than once stands as at first. */
  readonly prefixes: ReadonlyMap<string, string>;
}

interface Open {
  readonly ns: string;
  readonly name: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: XmlNode[];
}

const xmlns = 'http://www.w3.org/2000/xmlns/';

/**
 * Reads an XML 1.0 document with namespaces, already decoded from UTF-8. No DTD, hence no entity but the five of XML; nothing is
 * fetched. Neighbouring texts are joined. Processing instructions are left out. Never throws on what it reads; the first fault ends it.
 */
export function readXml(text: string, limits: XmlLimits = defaultXmlLimits): Result<XmlDocument, XmlError> {
  if (text.length > limits.characters) return err(new XmlError('xml-too-large', 1));
  const parser = new SaxesParser({ xmlns: true, position: true });
  const refuse = (code: XmlErrorCode, detail?: string): never => {
    throw new XmlError(code, parser.line, detail);
  };
  const open: Open[] = [];
  const comments: string[] = [];
  const prefixes = new Map<string, string>();
  let root: Open | undefined;
  let elements = 0;
  let attributes = 0;
  let ownAttributes = 0;
  const addText = (piece: string): void => {
    const children = open.at(-1)?.children;
    if (children === undefined) return;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + piece;
    else children.push(piece);
  };
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') refuse('xml-encoding');
  });
  parser.on('doctype', () => refuse('xml-doctype'));
  parser.on('error', (error) => refuse('xml-malformed', shown(error.message)));
  parser.on('comment', (comment) => comments.push(comment));
  parser.on('opentagstart', () => {
    ownAttributes = 0;
    if (++elements > limits.elements) refuse('xml-too-many-elements');
    if (open.length >= limits.depth) refuse('xml-too-deep');
  });
  parser.on('attribute', () => {
    if (++ownAttributes > limits.attributesPerElement || ++attributes > limits.attributes)
      refuse('xml-too-many-attributes');
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const element: Open = { ns: tag.uri, name: tag.local, attributes: attributesOf(tag), children: [] };
    for (const [prefix, ns] of Object.entries(tag.ns)) if (!prefixes.has(prefix)) prefixes.set(prefix, ns);
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof XmlError) return err(error);
    throw error;
  }
  return root === undefined
    ? err(new XmlError('xml-malformed', 1, 'there is no element'))
    : ok({ root, comments, prefixes });
}

function attributesOf(tag: SaxesTagNS): XmlAttribute[] {
  const list: XmlAttribute[] = [];
  for (const { uri, local, value } of Object.values(tag.attributes))
    if (uri !== xmlns) list.push({ ns: uri, name: local, value });
  return list;
}

/** The parser's words without its position, which is told apart, and no longer than a line. */
function shown(message: string): string {
  return message.replace(/^\d+:\d+: /, '').slice(0, 120);
}
