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

/** Prefixes that room-state and we write documents with between each other and in answers. */
const prefixed = { [namespaces.info]: 'info', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' };

/** The `…Info` element of a request as room-state takes it: under its own name of RFC 4575, placeholders still in it. */
export function documentText(info: XmlElement, name: DocumentName): string {
  return writeXml({ ...info, ns: namespaces.info, name }, { prefixes: prefixed, declaration: false });
}

/** A document part that room-state gave; empty text is none. Throws on text that is no XML: a fault of ours. */
export function documentElement(text: string): XmlElement | undefined {
  if (text === '') return undefined;
  const read = readXml(text, trustedLimits);
  if (!read.ok) throw new Error('room-state gave a document that cannot be read', { cause: read.error });
  return read.value.root;
}

/**
 * The text of a document part with its root under another name, in no namespace, as it stands in an answer. A root with the prefix
 * `info` only changes its tags, whatever is in it: reading and writing a roster of thousands costs seconds. Other texts are read.
 */
export function renamedRoot(text: string, name: string): string {
  const start = /^<info:([\w-]+)((?:\s[^<>]*)?)>/.exec(text);
  if (start !== null) {
    const [tag, own = '', attributes = ''] = start;
    if (attributes.endsWith('/') && tag.length === text.length) return `<${name}${attributes}>`;
    const end = `</info:${own}>`;
    if (text.endsWith(end)) return `<${name}${attributes}>${text.slice(tag.length, -end.length)}</${name}>`;
  }
  const element = documentElement(text);
  return element === undefined
    ? ''
    : writeXml({ ...element, ns: '', name }, { prefixes: prefixed, declaration: false });
}

/** The same text with one part of it, the first `<info:…>` of that name, read, changed and written again. */
export function withChangedPart(text: string, name: string, change: (part: XmlElement) => XmlElement): string {
  const begin = text.indexOf(`<info:${name}>`);
  const end = `</info:${name}>`;
  const close = text.indexOf(end, begin);
  if (begin === -1 || close === -1) return text;
  const declared = Object.entries(prefixed).map(([ns, prefix]) => ` xmlns:${prefix}="${ns}"`);
  const inside = text.slice(begin + `<info:${name}>`.length, close);
  const part = documentElement(`<info:${name}${declared.join('')}>${inside}${end}`);
  if (part === undefined) return text;
  const written = writeXml(change(part), { prefixes: prefixed, declaration: false });
  return `${text.slice(0, begin)}${written}${text.slice(close + end.length)}`;
}
