import type {
  AuthenticateRequest,
  AuthenticateResponse,
  ConferenceServiceServer,
  GetDocumentRequest,
  GetDocumentResponse,
  ListObjectsRequest,
  ListObjectsResponse,
} from '@plenary/proto/roomstate';
import { ObjectList, Refusal } from '@plenary/proto/roomstate';
import { handler } from '@plenary/service';
import { formatDocument } from '@plenary/xcon';
import type { Authentication } from '../authentication.js';
import type { DocumentReader } from '../document/reader.js';
import type { ConferenceLists, ListAnswer } from '../listing/conference-lists.js';
import { faultOf } from './answers.js';
import { invalid, limits, listWithin, pageSize, requestorOf, roomIdOf, within } from './limits.js';

/** What the reading calls of conference control need. */
export interface ConferenceReads {
  readonly authentication: Authentication;
  readonly lists: ConferenceLists;
  readonly documents: DocumentReader;
}

/** The calls of conference control that change nothing: who is this, what is there, how does it look. */
export function conferenceReads(
  reads: ConferenceReads,
): Pick<ConferenceServiceServer, 'authenticate' | 'listObjects' | 'getDocument'> {
  return {
    authenticate: handler((request) => authenticate(reads, request).catch(tell)),
    listObjects: handler((request) => listObjects(reads, request).catch(tell)),
    getDocument: handler((request) => getDocument(reads, request).catch(tell)),
  };
}

async function authenticate(
  { authentication }: ConferenceReads,
  { proof, source }: AuthenticateRequest,
): Promise<AuthenticateResponse> {
  if (proof === undefined) throw invalid('neither a password nor an assertion is given');
  const from = within('source', source, limits.uriLength);
  const answer =
    proof.$case === 'password'
      ? await authentication.byPassword(
          within('username', proof.value.username, limits.uriLength),
          within('password', proof.value.password, limits.passwordLength),
          from,
        )
      : await authentication.byAssertion(
          within('username', proof.value.username, limits.uriLength),
          within('uri', proof.value.uri, limits.uriLength),
        );
  if (answer.kind !== 'authenticated')
    return { authenticated: false, identity: undefined, throttled: answer.kind === 'throttled' };
  const { username, uris, systemRoles, userIds } = answer;
  return {
    authenticated: true,
    identity: { username, uris: [...uris], systemRoles: [...systemRoles], userIds: [...userIds] },
    throttled: false,
  };
}

const lists = {
  [ObjectList.BLUEPRINTS]: 'blueprints',
  [ObjectList.CONFERENCES]: 'conferences',
  [ObjectList.SIDEBARS_BY_VAL]: 'sidebars-by-val',
  [ObjectList.SIDEBARS_BY_REF]: 'sidebars-by-ref',
} as const;

async function listObjects(
  { lists: find }: ConferenceReads,
  request: ListObjectsRequest,
): Promise<ListObjectsResponse> {
  const { requestor, list, object, conferencePassword, limit, after, source } = request;
  const kind = list in lists ? lists[list as keyof typeof lists] : undefined;
  if (kind === undefined) throw invalid('no list is named');
  if (after !== '') roomIdOf(after);
  const answer: ListAnswer = await find.list({
    requestor: requestorOf(requestor),
    kind,
    object: within('object', object, limits.uriLength),
    password:
      conferencePassword === undefined
        ? undefined
        : within('conference_password', conferencePassword, limits.passwordLength),
    source: within('source', source, limits.uriLength),
    after,
    limit: pageSize(limit),
  });
  const { code, userId, version, page } = answer;
  return {
    code,
    detail: '',
    objects: page.objects.map(({ head, document }) => ({
      id: head.id,
      xconUri: head.xconUri,
      version: head.version,
      document: formatDocument(document),
    })),
    more: page.more,
    version,
    userId,
  };
}

async function getDocument(
  { documents }: ConferenceReads,
  { key, viewer }: GetDocumentRequest,
): Promise<GetDocumentResponse> {
  if (key === undefined) throw invalid('neither room nor conference_uri is given');
  const uris = listWithin('uris', viewer?.uris ?? [], limits.identities, limits.uriLength);
  if (viewer !== undefined && uris.length === 0) throw invalid('the viewer has no URI');
  const answer = await documents.read(
    key.$case === 'room'
      ? { room: roomIdOf(key.value) }
      : { conferenceUri: within('conference_uri', key.value, limits.uriLength) },
    viewer,
  );
  switch (answer.kind) {
    case 'unknown':
      return { result: { $case: 'refused', value: Refusal.UNKNOWN_ROOM } };
    case 'forbidden':
      return { result: { $case: 'refused', value: Refusal.FORBIDDEN } };
    case 'document': {
      const { state, view, privileged } = answer;
      const { id: room, shard, conferenceUri = '', xconUri, version } = state;
      const document = documents.text(answer);
      return {
        result: {
          $case: 'view',
          value: { room, shard, conferenceUri, xconUri, version, document, view, privileged },
        },
      };
    }
    default:
      return answer satisfies never;
  }
}

function tell(error: unknown): never {
  throw faultOf(error);
}
