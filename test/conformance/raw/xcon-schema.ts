import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { XmlElement } from '@plenary/wire/xml';
import { formatDocument } from '@plenary/xcon';
import { RelaxNGValidator, XmlDocument, XmlValidateError } from 'libxml2-wasm';

const schema = join(import.meta.dirname, '../../vectors/schemas/rfc6501.rng');
let validator: RelaxNGValidator | undefined;

/**
 * What another implementation of RELAX NG has against a conference document, whatever its root is called; empty: it is valid.
 * Spec: RFC 6501 section 5.
 */
export function xconDocumentFaults(document: XmlElement): readonly string[] {
  return relaxNgFaults(
    formatDocument({ ...document, ns: 'urn:ietf:params:xml:ns:conference-info', name: 'conference-info' }),
  );
}

/** The same for the text of a document. */
export function relaxNgFaults(text: string): readonly string[] {
  validator ??= RelaxNGValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema)));
  const document = XmlDocument.fromString(text);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map(({ message }) => message.trim());
    throw error;
  } finally {
    document.dispose();
  }
}
