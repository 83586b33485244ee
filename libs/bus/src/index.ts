export * from './interface.js';
export { parseRoomSubject, shardId, streamName, subjects, type RoomSubjectKind } from './subjects.js';
