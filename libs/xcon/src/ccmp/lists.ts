import { childElement, childrenNamed, textOf, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';

/** One object in `blueprintsInfo`, `confsInfo`, `sidebarsByRefInfo` (uris-type of RFC 4575 §5.3.1). */
export interface ListedObject {
  readonly uri: string;
  readonly displayText?: string;
  readonly purpose?: string;
}

/** The list as `CcmpResponse.info`. Req: CCMP-060, CCMP-065, CCMP-082. */
export function urisInfo(objects: readonly ListedObject[]): XmlElement {
  const text = (name: string, value: string | undefined): XmlElement[] =>
    value === undefined ? [] : [xmlElement(namespaces.info, name, [], [value])];
  const entries = objects.map(({ uri, displayText, purpose }) =>
    xmlElement(
      namespaces.info,
      'entry',
      [],
      [...text('uri', uri), ...text('display-text', displayText), ...text('purpose', purpose)],
    ),
  );
  return xmlElement('', 'uris', [], entries);
}

/** The objects of such a list; an entry without URI is left out. */
export function listedObjects(info: XmlElement | undefined): ListedObject[] {
  return childrenNamed(info, namespaces.info, 'entry').flatMap((entry) => {
    const text = (name: string): string | undefined => {
      const child = childElement(entry, namespaces.info, name);
      return child === undefined ? undefined : textOf(child);
    };
    const uri = text('uri') ?? '';
    const displayText = text('display-text');
    const purpose = text('purpose');
    if (uri === '') return [];
    return [
      { uri, ...(displayText === undefined ? {} : { displayText }), ...(purpose === undefined ? {} : { purpose }) },
    ];
  });
}

/** Documents of sidebars as `CcmpResponse.info` of `sidebarsByVal`. Req: CCMP-082. */
export function sidebarsInfo(documents: readonly XmlElement[]): XmlElement {
  const entries = documents.map((document) => ({ ...document, ns: namespaces.info, name: 'entry' }));
  return xmlElement('', 'sidebars', [], entries);
}

/** The documents of such a list. */
export function sidebarDocuments(info: XmlElement | undefined): XmlElement[] {
  return childrenNamed(info, namespaces.info, 'entry').map((entry) => ({ ...entry, name: 'conference-info' }));
}
