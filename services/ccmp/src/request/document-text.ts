import { readXml, writeXml, type XmlElement, type XmlLimits } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

/** Names of the elements that a document part stands for between services (RFC 4575 §5). */
export type DocumentName = 'conference-info' | 'users' | 'user';

/** Text of room-state's own making: large rooms have large documents. */
const trustedLimits: XmlLimits = {
  characters: 64 * 1024 * 1024,
  depth: 64,
  elements: 5_000_000,
  attributesPerElement: 256,
  attributes: 10_000_000,
};

const prefixes = { [namespaces.info]: '', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' };

/** The `…Info` element of a request as room-state takes it: under its own name of RFC 4575, placeholders still in it. */
export function documentText(info: XmlElement, name: DocumentName): string {
  return writeXml({ ...info, ns: namespaces.info, name }, { prefixes, declaration: false });
}

/** A document part that room-state gave; empty text is none. Throws on text that is no XML: a fault of ours. */
export function documentElement(text: string): XmlElement | undefined {
  if (text === '') return undefined;
  const read = readXml(text, trustedLimits);
  if (!read.ok) throw new Error('room-state gave a document that cannot be read', { cause: read.error });
  return read.value.root;
}
