export { connectBusAdmin, wellKnownBuckets, type BusAdmin, type Store, type StoreState } from './admin.js';
export * from './interface.js';
export type { BusLogger } from './logger.js';
export { createMemoryBus, type MemoryBus, type MemoryBusOptions } from './memory-bus.js';
export { connectNatsBus } from './nats-bus.js';
export { newBusUser } from './nats-security.js';
export type { ConsumeSettings, NatsBusOptions, NatsSecurity, NatsTls, PublishSettings } from './nats-settings.js';
export { defaultStreamSettings, type StreamSettings } from './streams.js';
export { parseRoomSubject, shardId, streamName, subjects, type RoomSubjectKind } from './subjects.js';
