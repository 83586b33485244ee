import { err, ok, type Result } from '@plenary/wire';
import { readXml, writeXml, type XmlElement, type XmlError, type XmlLimits } from '@plenary/wire/xml';
import { DocumentFault } from '../errors.js';
import { namespaces } from '../namespaces.js';
import { defaultDocumentLimits, type DocumentLimits } from './limits.js';

const prefixes = { [namespaces.info]: '', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' };

/**
 * Reads the XML text of one element: a conference document or a part of one, not checked. Err `XmlError`, or `document-too-large` when
 * it has more than the limits of documents allow. Spec: RFC 6501 §3.1.   Req: CCMP-041, SEC-013.
 */
export function readFragment(
  text: string,
  limits: DocumentLimits = defaultDocumentLimits,
): Result<XmlElement, XmlError | DocumentFault> {
  const read = readXml(text, xmlLimits(limits));
  if (read.ok) return ok(read.value.root);
  const { code } = read.error;
  const large = code !== 'xml-malformed' && code !== 'xml-doctype' && code !== 'xml-encoding';
  return err(large ? new DocumentFault('document-too-large', '', read.error.message) : read.error);
}

/** Elements of a stored roster are many, so a document may be larger than a request; what a request may be is its reader's limit. */
function xmlLimits(limits: DocumentLimits): XmlLimits {
  return {
    characters: 64 * 1024 * 1024,
    depth: limits.depth,
    elements: limits.elements,
    attributesPerElement: 64,
    attributes: limits.elements * 2,
  };
}

/**
 * Writes a document, or a part of one, as XML 1.0 text: no declaration, nothing indented, `info` as default namespace, `xcon:` and
 * `chat:` as prefixes. `readFragment` undoes it. Spec: RFC 6501 §3.1, §5.   Req: CONF-023.
 */
export function formatDocument(element: XmlElement): string {
  return writeXml(element, { prefixes, declaration: false });
}
