import { status } from '@grpc/grpc-js';
import {
  ConferenceMessage,
  Operation,
  type ConferenceServiceServer,
  type PerformRequest,
  type PerformResponse,
} from '@plenary/proto/roomstate';
import { handler, RpcFault } from '@plenary/service';
import { writeXml } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { Conferences } from '../conference/conferences.js';
import type { MessageKind, OperationKind } from '../conference/request.js';
import type { Performed } from '../conference/response.js';
import { NotYetPublished } from '../not-yet-published.js';
import type { conferenceAudit } from '../conference-audit.js';
import { faultOf } from './answers.js';
import { invalid, limits, requestorOf, within } from './limits.js';

const messages: Readonly<Partial<Record<ConferenceMessage, MessageKind>>> = {
  [ConferenceMessage.BLUEPRINT]: 'blueprint',
  [ConferenceMessage.CONF]: 'conf',
  [ConferenceMessage.USERS]: 'users',
  [ConferenceMessage.USER]: 'user',
  [ConferenceMessage.SIDEBAR_BY_VAL]: 'sidebar-by-val',
  [ConferenceMessage.SIDEBAR_BY_REF]: 'sidebar-by-ref',
  [ConferenceMessage.HISTORY]: 'history',
};
const operations: Readonly<Partial<Record<Operation, OperationKind>>> = {
  [Operation.RETRIEVE]: 'retrieve',
  [Operation.CREATE]: 'create',
  [Operation.UPDATE]: 'update',
  [Operation.DELETE]: 'delete',
};

/** The gRPC face of conference control: what may be changed, and how it is answered. Spec: RFC 6503 §5. */
export function conferenceControl(
  conferences: Conferences,
  audit: ReturnType<typeof conferenceAudit>,
): Pick<ConferenceServiceServer, 'perform'> {
  return {
    perform: handler((request, call) =>
      perform(conferences, audit, request, deadlineOf(call.getDeadline())).catch((error: unknown) => {
        if (!(error instanceof NotYetPublished)) throw faultOf(error);
        audit(request, { code: 200, object: '', userId: '' });
        // Not UNAVAILABLE, which is nobody being there: the change is made, only its event is late.
        throw new RpcFault(status.ABORTED, error.message);
      }),
    ),
  };
}

/** Undefined: the caller waits for ever. */
function deadlineOf(deadline: Date | number): number | undefined {
  const untilMs = Number(deadline);
  return Number.isFinite(untilMs) ? untilMs : undefined;
}

async function perform(
  conferences: Conferences,
  audit: ReturnType<typeof conferenceAudit>,
  request: PerformRequest,
  untilMs: number | undefined,
): Promise<PerformResponse> {
  const message = messages[request.message];
  const operation = operations[request.operation];
  if (message === undefined) throw invalid('no message is named');
  if (operation === undefined) throw invalid('no operation is named');
  const { conferencePassword: password } = request;
  const answer = await conferences.perform({
    message,
    operation,
    requestor: requestorOf(request.requestor),
    requestId: within('request_id', request.requestId, limits.requestIdLength),
    object: within('object', request.object, limits.uriLength * 2),
    password: password === undefined ? undefined : within('conference_password', password, limits.passwordLength),
    document: within('document', request.document, limits.documentLength),
    targetUserId: within('target_user_id', request.targetUserId, limits.uriLength * 2),
    source: within('source', request.source, limits.uriLength),
    untilMs,
  });
  const response = responseOf(answer);
  audit(request, response);
  return response;
}

/** As in a CCMP answer, where the document's root has no namespace: there it can be copied without being read. */
const prefixes = { [namespaces.info]: 'info', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' };

function responseOf({
  code,
  detail,
  object,
  userId,
  version,
  document,
  logging,
  venue,
  history,
}: Performed): PerformResponse {
  return {
    code,
    detail,
    object,
    userId,
    version,
    history: history === undefined ? undefined : { ...history, revealedUserIds: [...history.revealedUserIds] },
    alternateVenue: venue,
    document: document === undefined ? '' : writeXml(document, { prefixes, declaration: false }),
    loggingNotice: logging?.notice ?? '',
    loggingSince: logging?.since ?? '',
  };
}
