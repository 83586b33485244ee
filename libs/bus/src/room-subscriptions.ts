import type { NatsConnection, SubscriptionOptions } from '@nats-io/transport-node';
import type { RoomId, ShardId } from '@plenary/wire';
import { readEventHeaders } from './event-headers.js';
import type { BusSubscription, LogEvent, RoomSubscription } from './interface.js';
import type { BusLogger } from './logger.js';
import { asBusError, messageOf } from './nats-errors.js';
import { parseRoomSubject, subjects } from './subjects.js';

/** Live copies of one room on the given connection. */
export function subscribeToRoom(
  connection: NatsConnection,
  shard: ShardId,
  room: RoomId,
  handler: (event: LogEvent) => void,
  logger: BusLogger,
): RoomSubscription {
  const subscription = connection.subscribe(subjects.roomOut(shard, room), {
    callback: (error, message) => {
      if (error !== null) {
        logger.error({ error: messageOf(error), shard }, 'room cannot be subscribed');
        return;
      }
      const { seq, lastSeq, msgId, traceparent } = readEventHeaders(message);
      handler({
        shard,
        room,
        kind: message.subject.endsWith('.st') ? 'st' : 'all',
        seq,
        lastSeq,
        msgId,
        payload: message.data,
        ...(traceparent === undefined ? {} : { traceparent }),
      });
    },
  });
  return {
    unsubscribe: () => subscription.unsubscribe(),
    ready: async () => {
      try {
        await connection.flush();
      } catch (error) {
        throw asBusError(error);
      }
    },
  };
}

/** Live copies of the state changes of all rooms. */
export function subscribeToState(
  connection: NatsConnection,
  handler: (event: LogEvent) => void,
  queue: string | undefined,
  logger: BusLogger,
): BusSubscription {
  const options: SubscriptionOptions = {
    callback: (error, message) => {
      if (error !== null) {
        logger.error({ error: messageOf(error) }, 'state changes cannot be subscribed');
        return;
      }
      const place = parseRoomSubject(message.subject);
      if (place === undefined) return;
      const { seq, lastSeq, msgId, traceparent } = readEventHeaders(message);
      const { shard, room, kind } = place;
      handler({
        shard,
        room,
        kind,
        seq,
        lastSeq,
        msgId,
        payload: message.data,
        ...(traceparent === undefined ? {} : { traceparent }),
      });
    },
  };
  if (queue !== undefined) options.queue = queue;
  const subscription = connection.subscribe(subjects.stateOutOfAllRooms(), options);
  return { unsubscribe: () => subscription.unsubscribe() };
}
