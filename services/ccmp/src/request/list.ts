import { ObjectList } from '@plenary/proto/roomstate';
import { childElement, textOf, type XmlElement } from '@plenary/wire/xml';
import {
  type CcmpResponse,
  type ListedObject,
  namespaces,
  responseTo,
  sidebarsInfo,
  urisInfo,
  type XpathFilter,
} from '@plenary/xcon';
import { answerWith } from '../respond.js';
import { documentElement } from './document-text.js';
import { filterOf } from './filter.js';
import type { RequestHandler, Services, Work } from './work.js';

/** Objects asked of room-state at once. */
const pageSize = 200;

interface Found {
  readonly xconUri: string;
  readonly document: XmlElement;
}

interface Listing {
  readonly code: number;
  readonly detail: string;
  readonly objects: readonly Found[];
  readonly version: bigint;
  readonly userId: string;
}

/** The handler of a message that lists objects; `content` says what the answer carries of them. */
function listHandler(list: ObjectList, content: (found: readonly Found[]) => XmlElement): RequestHandler {
  return async (work, services): Promise<CcmpResponse> => {
    const { request } = work;
    const filter = filterOf(request);
    if (!filter.ok) return answerWith(request, 400, filter.error);
    const { code, detail, objects, version, userId } = await gather(list, filter.value, work, services);
    if (code !== 200) return answerWith(request, code, detail);
    return {
      ...responseTo(request),
      code,
      ...(userId === '' ? {} : { confUserId: userId }),
      ...(version === 0n ? {} : { version: Number(version) }),
      info: content(objects),
    };
  };
}

/** Asks page by page, keeps what the filter is true for. More than a list may have is 511: half a list would look like the whole. */
async function gather(
  list: ObjectList,
  filter: XpathFilter | undefined,
  { request, requestor, source, deadline }: Work,
  { roomState, listMax }: Services,
): Promise<Listing> {
  const objects: Found[] = [];
  let after = '';
  for (;;) {
    const page = await roomState.listObjects(
      {
        requestor,
        list,
        object: request.confObjId ?? '',
        conferencePassword: request.conferencePassword,
        limit: pageSize,
        after,
        source,
      },
      deadline,
    );
    const { code, detail, version, userId } = page;
    if (code !== 200) return { code, detail, objects: [], version, userId };
    for (const { xconUri, document: text } of page.objects) {
      deadline.remainingMs();
      const document = documentElement(text);
      if (document === undefined) continue;
      const matches = filter?.matches(document);
      if (matches?.ok === false)
        return { code: matches.error.status, detail: matches.error.message, objects: [], version, userId };
      if (matches?.value !== false) objects.push({ xconUri, document });
    }
    if (objects.length > listMax)
      return {
        code: 511,
        detail: `More than ${String(listMax)} objects fit: narrow the xpathFilter`,
        objects: [],
        version,
        userId,
      };
    after = page.objects.at(-1)?.id ?? '';
    if (!page.more || after === '') return { code, detail, objects, version, userId };
  }
}

function uris(found: readonly Found[]): XmlElement {
  return urisInfo(found.map(listed));
}

/** `<entry>` of a list: URI, display-text, and for a person what the object is for. */
function listed({ xconUri, document }: Found): ListedObject {
  const description = childElement(document, namespaces.info, 'conference-description');
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

/** Blueprints this user may use. Spec: RFC 6503 §5.3.1. Req: CCMP-060, CCMP-061. */
export const blueprintsRequest = listHandler(ObjectList.BLUEPRINTS, uris);

/** Active and registered conferences this user may see. Spec: RFC 6503 §5.3.2. Req: CCMP-061, CCMP-065. */
export const confsRequest = listHandler(ObjectList.CONFERENCES, uris);

/** The sidebars of a conference by value: their documents, and its version. Spec: RFC 6503 §5.3.7. Req: CCMP-082. */
export const sidebarsByValRequest = listHandler(ObjectList.SIDEBARS_BY_VAL, (found) =>
  sidebarsInfo(found.map(({ document }) => document)),
);

/** The sidebars of a conference by reference: their URIs, and its version. Spec: RFC 6503 §5.3.9. Req: CCMP-082. */
export const sidebarsByRefRequest = listHandler(ObjectList.SIDEBARS_BY_REF, uris);
