import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { DocumentFault } from '../errors.js';
import { namespaces } from '../namespaces.js';
import type { ElementPath } from './element-path.js';

const { info, xcon } = namespaces;

/**
 * What holds between elements of one conference. `parts` are the children of its root. Throws `DocumentFault`.
 *
 * Media labels of floors are labels of available media: "the value of this element MUST be equal to the "label" value of the
 * corresponding media stream" (RFC 6501 §4.5.4). The moderator of a floor "MUST be set if the element <algorithm> is set to the
 * "moderator-controlled" value".   Req: FLOOR-002.
 */
export function checkConsistency(parts: readonly XmlElement[], path: ElementPath): void {
  const named = (ns: string, name: string): XmlElement | undefined =>
    parts.find((part) => part.ns === ns && part.name === name);
  const policy = childElement(named(xcon, 'floor-information'), xcon, 'conference-floor-policy');
  const media = childElement(named(info, 'conference-description'), info, 'available-media');
  const labels =
    media === undefined
      ? undefined
      : new Set(childrenNamed(media, info, 'entry').map((entry) => attributeOf(entry, 'label')));
  for (const floor of childrenNamed(policy, xcon, 'floor')) {
    const at = path.child('floor-information').child('conference-floor-policy').child('floor');
    for (const label of childrenNamed(floor, xcon, 'media-label'))
      if (labels?.has(textOf(label)) === false)
        throw new DocumentFault('document-invalid', String(at.child('media-label')), 'no label of available media');
    const algorithm = childElement(floor, xcon, 'algorithm');
    if (algorithm !== undefined && textOf(algorithm) === 'moderator-controlled')
      if (childElement(floor, xcon, 'moderator-id') === undefined)
        throw new DocumentFault('document-invalid', String(at.child('moderator-id')), 'missing');
  }
}
