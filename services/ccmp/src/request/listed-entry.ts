import { childElement, readXml, textOf } from '@plenary/wire/xml';
import { type ListedObject, namespaces } from '@plenary/xcon';
import { documentElement } from './document-text.js';

/**
 * `<entry>` of a list: URI, display-text, and for a person what the object is for. Both texts stand at the beginning of a document in the
 * order of RFC 4575 §5.3, so the beginning is all that is read of it; a document of another form is read whole.
 */
export function listedEntry(xconUri: string, document: string): ListedObject {
  const beginning = beginningOf(document);
  const description =
    beginning === undefined
      ? childElement(documentElement(document), namespaces.info, 'conference-description')
      : beginning;
  const text = (name: string): string => {
    const element = childElement(description, namespaces.info, name);
    return element === undefined ? '' : textOf(element);
  };
  const displayText = text('display-text');
  const purpose = text('free-text') || text('subject');
  return {
    uri: xconUri,
    ...(displayText === '' ? {} : { displayText }),
    ...(purpose === '' ? {} : { purpose }),
  };
}

const texts = '(?:<PREFIX(?:display-text|subject|free-text)(?:/>|>[^<]*</PREFIX(?:display-text|subject|free-text)>))*';
const described = (prefix: string): RegExp =>
  new RegExp(
    `^<${prefix}conference-info[^<>]*><${prefix}conference-description[^<>]*>(${texts.replaceAll('PREFIX', prefix)})<`,
  );
const forms = [
  [described('info:'), `<x xmlns:info="${namespaces.info}">`],
  [described(''), `<x xmlns="${namespaces.info}">`],
] as const;

/** The texts a description begins with, as an element around them; undefined when it does not begin as expected. */
function beginningOf(document: string): ReturnType<typeof documentElement> {
  for (const [form, open] of forms) {
    const found = form.exec(document);
    if (found === null) continue;
    const read = readXml(`${open}${found[1] ?? ''}</x>`);
    return read.ok ? read.value.root : undefined;
  }
  return undefined;
}
