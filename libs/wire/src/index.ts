export { HeaderFields } from './headers.js';
export { err, mapResult, ok, type Result } from './result.js';
export type {
  Branded,
  ChatId,
  ConferenceUri,
  EdgeId,
  MessageId,
  ParticipantId,
  RoomId,
  ShardId,
  UserId,
} from './ids.js';
