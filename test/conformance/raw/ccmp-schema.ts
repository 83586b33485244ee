import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { xmlRegisterFsInputProviders } from 'libxml2-wasm/lib/nodejs.mjs';

const folder = join(import.meta.dirname, '../../vectors/schemas');
let ccmp: XsdValidator | undefined;

/**
 * What another implementation of XML Schema has against a CCMP message; empty: it is valid. The spelling of the namespace in RFC 6504 is
 * taken for the registered one. Spec: RFC 6503 section 11, RFC 6501 appendix B, RFC 4575 section 6.
 */
export function ccmpSchemaFaults(message: string): readonly string[] {
  ccmp ??= loadSchema('rfc6503.xsd');
  const registered = message.replaceAll('urn:ietf:params:xml:ns:xcon:ccmp', 'urn:ietf:params:xml:ns:xcon-ccmp');
  // RFC 6501's RELAX NG schema, which counts, has e-mail where its appendix B has email.
  const inAppendix = registered.replaceAll(/(<\/?[\w-]+:)e-mail>/g, '$1email>');
  const document = XmlDocument.fromString(inAppendix);
  try {
    ccmp.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError)
      return error.details.map(({ line, message: text }) => `${String(line)}: ${text.trim()}`);
    throw error;
  } finally {
    document.dispose();
  }
}

function loadSchema(name: string): XsdValidator {
  xmlRegisterFsInputProviders();
  const path = join(folder, name);
  const document = XmlDocument.fromBuffer(readFileSync(path), { url: pathToFileURL(path).href });
  try {
    return XsdValidator.fromDoc(document);
  } finally {
    document.dispose();
  }
}
