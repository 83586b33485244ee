export * from './interface.js';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions } from './memory-bus.js';
export { parseRoomSubject, shardId, streamName, subjects, type RoomSubjectKind } from './subjects.js';
