import { type ConferenceMessage, Operation, PerformRequest, type PerformResponse } from '@plenary/proto/roomstate';
import type { CcmpOperation } from '@plenary/xcon';
import type { Answer } from '../answer.js';
import { answerOf } from '../respond.js';
import { type DocumentName, documentText } from './document-text.js';
import type { RequestHandler, Work } from './work.js';
import type { RoomState } from '../room-state/interface.js';

const operations: Readonly<Record<CcmpOperation, Operation>> = {
  retrieve: Operation.RETRIEVE,
  create: Operation.CREATE,
  update: Operation.UPDATE,
  delete: Operation.DELETE,
};

/** Puts one operation on one object to room-state, which decides. `target`: whose messages a history delete is about. */
export function perform(
  roomState: RoomState,
  work: Work,
  message: ConferenceMessage,
  asked: { readonly document?: string; readonly targetUserId?: string } = {},
): Promise<PerformResponse> {
  const { request, requestor, source, deadline, requestId } = work;
  const { confObjId, conferencePassword, operation = 'retrieve' } = request;
  return roomState.perform(
    PerformRequest.fromPartial({
      requestId,
      requestor,
      message,
      operation: operations[operation],
      object: confObjId ?? '',
      conferencePassword,
      document: asked.document ?? '',
      targetUserId: asked.targetUserId ?? '',
      source,
    }),
    deadline,
  );
}

/** The handler of a message about one object: `document` is the name its `…Info` element has between services. */
export function objectHandler(message: ConferenceMessage, document: DocumentName): RequestHandler {
  return async (work, { roomState }): Promise<Answer> => {
    const { info } = work.request;
    const asked = info === undefined ? {} : { document: documentText(info, document) };
    return answerOf(work.request, await perform(roomState, work, message, asked));
  };
}
