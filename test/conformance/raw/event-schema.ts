import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

const folder = join(import.meta.dirname, '../../vectors/schemas');
const validators = new Map<string, XsdValidator>();

/** What another implementation of XML Schema has against a document of RFC 4575; empty: it is valid. Spec: RFC 4575 section 6. */
export function conferenceInfoFaults(text: string): readonly string[] {
  return faultsOf(text, 'rfc4575.xsd');
}

function faultsOf(text: string, schema: string): readonly string[] {
  const document = XmlDocument.fromString(text);
  try {
    validator(schema).validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError)
      return error.details.map(({ line, message }) => `${String(line)}: ${message.trim()}`);
    throw error;
  } finally {
    document.dispose();
  }
}

function validator(name: string): XsdValidator {
  const known = validators.get(name);
  if (known) return known;
  xmlRegisterFsInputProviders();
  const path = join(folder, name);
  const document = XmlDocument.fromBuffer(readFileSync(path), { url: pathToFileURL(path).href });
  try {
    const made = XsdValidator.fromDoc(document);
    validators.set(name, made);
    return made;
  } finally {
    document.dispose();
  }
}
