import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ParseOption, XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

const vectors = new URL('../../../test/vectors/', import.meta.url);
const loaded = new Map<string, XsdValidator>();

/** The text of a file in `test/vectors/`. */
export function vector(path: string): string {
  return readFileSync(new URL(path, vectors), 'utf8');
}

/**
 * What another implementation of XML Schema has against a document, as lines of text; empty when it is valid. `rfc6503.xsd` brings the
 * schemas of RFC 4575 and RFC 6501 with it, so that it also checks conference documents.
 */
export function schemaFaults(text: string, schema: 'rfc6502.xsd' | 'rfc6503.xsd'): readonly string[] {
  const validator = loaded.get(schema) ?? load(schema);
  const document = XmlDocument.fromString(text);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError) return error.details.map((detail) => detail.message.trim());
    throw error;
  } finally {
    document.dispose();
  }
}

function load(schema: string): XsdValidator {
  xmlRegisterFsInputProviders();
  const file = new URL(`schemas/${schema}`, vectors);
  const document = XmlDocument.fromBuffer(readFileSync(file), {
    url: pathToFileURL(file.pathname).href,
    option: ParseOption.XML_PARSE_NOENT,
  });
  const validator = XsdValidator.fromDoc(document);
  document.dispose();
  loaded.set(schema, validator);
  return validator;
}
