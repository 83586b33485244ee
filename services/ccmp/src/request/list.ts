import { setImmediate } from 'node:timers/promises';
import { ObjectList } from '@plenary/proto/roomstate';
import { ok } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { responseTo, sidebarsInfo, urisInfo, type XpathFilter } from '@plenary/xcon';
import type { Answer } from '../answer.js';
import { answerWith } from '../respond.js';
import { documentElement } from './document-text.js';
import { filterOf } from './filter.js';
import { listedEntry } from './listed-entry.js';
import type { RequestHandler, Services, Work } from './work.js';

/** Objects asked of room-state at once. */
const pageSize = 200;
const documentsInOneTurn = 20;

interface Found {
  readonly xconUri: string;
  /** XML. */
  readonly document: string;
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
  return async (work, services): Promise<Answer> => {
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
    for (const [index, { xconUri, document }] of page.objects.entries()) {
      if (filter !== undefined) {
        // Reading and searching documents is work: others get their turn meanwhile, and time runs out for this one.
        if (index % documentsInOneTurn === 0) await setImmediate();
        deadline.remainingMs();
        const element = documentElement(document);
        const matches = element === undefined ? ok(false) : filter.matches(element);
        if (!matches.ok)
          return { code: matches.error.status, detail: matches.error.message, objects: [], version, userId };
        if (!matches.value) continue;
      }
      objects.push({ xconUri, document });
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
  return urisInfo(found.map(({ xconUri, document }) => listedEntry(xconUri, document)));
}

/** Blueprints this user may use. Spec: RFC 6503 §5.3.1. Req: CCMP-060, CCMP-061. */
export const blueprintsRequest = listHandler(ObjectList.BLUEPRINTS, uris);

/** Active and registered conferences this user may see. Spec: RFC 6503 §5.3.2. Req: CCMP-061, CCMP-065. */
export const confsRequest = listHandler(ObjectList.CONFERENCES, uris);

/** The sidebars of a conference by value: their documents, and its version. Spec: RFC 6503 §5.3.7. Req: CCMP-082. */
export const sidebarsByValRequest = listHandler(ObjectList.SIDEBARS_BY_VAL, (found) =>
  sidebarsInfo(found.flatMap(({ document }) => documentElement(document) ?? [])),
);

/** The sidebars of a conference by reference: their URIs, and its version. Spec: RFC 6503 §5.3.9. Req: CCMP-082. */
export const sidebarsByRefRequest = listHandler(ObjectList.SIDEBARS_BY_REF, uris);
