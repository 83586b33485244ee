import { readFileSync } from 'node:fs';
import {
  ConferenceMessage,
  ConferenceServiceClient,
  type GetDocumentResponse,
  type Identity,
  type ListObjectsRequest,
  type ListObjectsResponse,
  type ObjectList,
  Operation,
  PerformRequest,
  type PerformResponse,
  type Requestor,
} from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { RelaxNGValidator, XmlDocument } from 'libxml2-wasm';
import type { Replica } from './replicas.js';

const deadline = { deadlineMs: 10_000 };

/** Conference control of one replica, as the users of demo mode do it. */
export interface ConferenceCalls {
  list(list: ObjectList, requestor: Requestor, change?: Partial<ListObjectsRequest>): Promise<ListObjectsResponse>;
  document(conferenceUri: string, viewer: Identity | undefined): Promise<GetDocumentResponse>;
  perform(
    message: ConferenceMessage,
    operation: Operation,
    requestor: Requestor,
    change?: Partial<PerformRequest>,
  ): Promise<PerformResponse>;
  /** Makes a conference of that document, or throws with the code. Its XCON-URI. */
  create(requestor: Requestor, inner: string): Promise<string>;
  close(): void;
}

export function conferenceCalls(replica: Replica): ConferenceCalls {
  const client = openGrpcClient(ConferenceServiceClient, replica.server.address);
  let requests = 0;
  const calls: ConferenceCalls = {
    list: (list, requestor, change = {}) =>
      unary(
        client,
        client.listObjects,
        { requestor, list, object: '', conferencePassword: undefined, limit: 0, after: '', source: '', ...change },
        deadline,
      ),
    document: (conferenceUri, viewer) =>
      unary(client, client.getDocument, { key: { $case: 'conferenceUri', value: conferenceUri }, viewer }, deadline),
    perform: (message, operation, requestor, change = {}) =>
      unary(
        client,
        client.perform,
        PerformRequest.fromPartial({
          requestId: `c${String(++requests)}-${replica.context.replica}`,
          requestor,
          message,
          operation,
          ...change,
        }),
        deadline,
      ),
    async create(requestor, inner) {
      const document = `<conference-info ${namespaces} entity="xcon:AUTO_GENERATE_1@localhost">${inner}</conference-info>`;
      const made = await calls.perform(ConferenceMessage.CONF, Operation.CREATE, requestor, { document });
      if (made.code !== 200) throw new Error(`${String(made.code)} ${made.detail}`);
      return made.object;
    },
    close: () => client.close(),
  };
  return calls;
}

export const namespaces =
  'xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"';

/** A user of demo mode who has proven its password. */
export function identity(name: string): Identity {
  return {
    username: name,
    uris: [`sip:${name}@localhost`],
    systemRoles: name === 'operator' ? ['administrator'] : [],
    userIds: [userId(name)],
  };
}

export function userId(name: string): string {
  return `xcon-userid:${name}@localhost`;
}

export function asUser(name: string): Requestor {
  return { userId: userId(name), identity: identity(name) };
}

/** Makes the users of demo mode known, as their first authentication does. */
export async function introduce({ context }: Replica, ...names: readonly string[]): Promise<void> {
  for (const name of names) await context.users.proven({ uris: [`sip:${name}@localhost`], username: name });
}

let validator: RelaxNGValidator | undefined;

/** What RFC 6501's schema says against a document; empty: nothing. Req: CONF-023. */
export function schemaFaults(text: string): string {
  const schema = new URL('../../vectors/schemas/rfc6501.rng', import.meta.url);
  validator ??= RelaxNGValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema)));
  const parsed = XmlDocument.fromString(text);
  try {
    validator.validate(parsed);
    return '';
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${text}`;
  } finally {
    parsed.dispose();
  }
}
