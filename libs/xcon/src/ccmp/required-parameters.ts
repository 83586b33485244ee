import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { parseXconUri } from '../xcon-uri.js';
import { ccmpMessages } from './kinds.js';
import type { CcmpRequest } from './request.js';

const placeholder = /AUTO_GENERATE_\d+/u;

/**
 * What a request lacks that its message and operation require, in words; undefined when nothing is missing.
 *
 * Spec: RFC 6503 §5.1, §5.3: "If a required parameter is not included in a request, the conference server MUST return a
 * <response-code> of "400"".   Req: CCMP-022, CCMP-023, CCMP-041, CCMP-066, CCMP-070, CCMP-072, CCMP-076, CCMP-079, CCMP-083.
 */
export function requiredFault(request: CcmpRequest): string | undefined {
  const form = ccmpMessages[request.kind];
  const { kind, operation, confUserId, confObjId, info } = request;
  const joinsAsStranger = kind === 'user' && operation === 'create';
  if (form.operation && operation === undefined) return '<operation> is missing';
  if (confUserId === undefined && !joinsAsStranger) return '<confUserID> is missing';
  if (confObjId === undefined && (form.confObjId === 'required' || (kind === 'conf' && operation !== 'create')))
    return '<confObjID> is missing';
  if (confObjId !== undefined && !parseXconUri(confObjId).ok) return '<confObjID> is no XCON-URI';
  if (kind === 'extended' && request.extensionName === undefined) return '<extensionName> is missing';
  if (form.requestInfo !== undefined && info === undefined && operation === 'update')
    return `<${form.requestInfo}> is missing`;
  // RFC 6503 §5.3.4: "explicit cloning: the <confObjID> parameter MUST contain the XCON-URI of the blueprint or of the conference to be
  // cloned, while the <confInfo> parameter MUST NOT be included"
  if (kind === 'conf' && operation === 'create' && confObjId !== undefined && info !== undefined)
    return '<confObjID> and <confInfo> exclude each other in a create';
  return joinsAsStranger && confUserId === undefined ? strangerFault(info) : undefined;
}

// RFC 6503 §5.3.6: "A <userInfo> parameter MUST be enclosed in the request, providing at least a contact URI of the joining client …
// The mandatory 'entity' attribute … MUST be filled with a placeholder value"
function strangerFault(info: XmlElement | undefined): string | undefined {
  if (info === undefined) return '<confUserID> and <userInfo> are missing';
  if (!placeholder.test(attributeOf(info, 'entity') ?? ''))
    return "'entity' of <userInfo> is no placeholder, yet <confUserID> is missing";
  return hasContact(info) ? undefined : '<userInfo> names no contact URI';
}

function hasContact(info: XmlElement): boolean {
  const endpoints = childrenNamed(info, namespaces.info, 'endpoint');
  if (endpoints.some((endpoint) => (attributeOf(endpoint, 'entity') ?? '').trim() !== '')) return true;
  const aors = childElement(info, namespaces.info, 'associated-aors');
  return childrenNamed(aors, namespaces.info, 'entry').some((entry) => {
    const uri = childElement(entry, namespaces.info, 'uri');
    return uri !== undefined && /^\s*(?:sips?|xmpp|tel):/iu.test(textOf(uri));
  });
}
