import { status } from '@grpc/grpc-js';
import { ConferenceMessage, type HistoryRight } from '@plenary/proto/roomstate';
import { RpcError } from '@plenary/service';
import type { Answer } from '../answer.js';
import { answerOf, answerWith } from '../respond.js';
import { erasedElement, messagesElement } from './history-messages.js';
import { type HistoryQuery, readHistoryQuery } from './history-query.js';
import { perform } from './perform.js';
import type { RequestHandler, Services, Work } from './work.js';

/** What is wrong with the parameters of a `chatHistory` request, in words; undefined: nothing. */
export function chatHistoryFault(request: Work['request']): string | undefined {
  const query = readHistoryQuery(request.extensions);
  if (!query.ok) return query.error;
  if (request.confObjId === undefined && query.value.conference === undefined) return '<confObjID> is missing';
  if (request.operation === 'delete' && query.value.user === '')
    return 'history-request does not say whose messages are to be erased: user is missing';
  return undefined;
}

/**
 * The extension `chatHistory`: reads what was said in a logged conference, or erases what one person said. Room-state says who may; the
 * log is history's. A room without a log has no messages, which is no error.
 *
 * Spec: RFC 6503 §5.3.11.   Req: HIST-001, HIST-003, HIST-005, HIST-008, HIST-010, LOG-009, CCMP-083.
 */
export const chatHistory: RequestHandler = async (work, services) => {
  const query = readHistoryQuery(work.request.extensions);
  if (!query.ok) return answerWith(work.request, 400, query.error);
  const { conference, user } = query.value;
  const asked = conference === undefined ? work : { ...work, request: { ...work.request, confObjId: conference } };
  const decided = await perform(services.roomState, asked, ConferenceMessage.HISTORY, { targetUserId: user });
  const answer = answerOf(work.request, decided);
  if (decided.code !== 200 || decided.history === undefined) return answer;
  try {
    return work.request.operation === 'delete'
      ? await erase(answer, decided.history, query.value, work, services)
      : await read(answer, decided.history, query.value, work, services);
  } catch (error) {
    if (error instanceof RpcError && error.code === status.INVALID_ARGUMENT)
      return answerWith(work.request, 400, 'cursor is none of ours');
    throw error;
  }
};

async function read(
  answer: Answer,
  right: HistoryRight,
  query: HistoryQuery,
  { deadline, request }: Work,
  { history, events }: Services,
): Promise<Answer> {
  const count = Math.min(query.count ?? right.defaultCount, right.maximumCount);
  const asked = {
    room: right.room,
    sinceUs: query.sinceUs > right.fromUs ? query.sinceUs : right.fromUs,
    beforeUs: query.beforeUs,
    count,
    cursor: query.cursor,
    forward: query.forward,
  };
  const found = await history.read(asked, deadline);
  events.historyRead({ userId: answer.confUserId ?? '', object: request.confObjId ?? '' }, found.messages.length);
  return { ...answer, extensions: [messagesElement(found, right)] };
}

async function erase(
  answer: Answer,
  right: HistoryRight,
  query: HistoryQuery,
  { deadline, request }: Work,
  { history, events }: Services,
): Promise<Answer> {
  const { erased, held } = await history.erase({ room: right.room, userId: query.user }, deadline);
  const actor = { userId: answer.confUserId ?? '', object: request.confObjId ?? '' };
  events.historyErased(actor, query.user, Number(erased), held);
  if (held) return answerWith(request, 409, 'The conference is on legal hold: nothing of its log is erased');
  return { ...answer, extensions: [erasedElement(erased)] };
}
