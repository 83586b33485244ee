/**
 * Names in spans, in one place. `messaging.*` and `rpc.*` follow the OpenTelemetry semantic conventions 1.45.0, whose messaging part is still
 * in development and has no page for NATS: another version changes this file alone.
 */
export const conventionsVersion = '1.45.0';

/** Every attribute a span of ours may have. Never a URI, a nickname, a user, an address or a word of a message. */
export const attributeNames = [
  'messaging.system',
  'messaging.operation.type',
  'messaging.destination.name',
  'messaging.batch.message_count',
  'messaging.message.body.size',
  'rpc.system',
  'rpc.service',
  'rpc.method',
  'rpc.grpc.status_code',
  'chat.room.hash',
  'chat.message_id.in',
  'chat.message_id.out',
  'chat.seq',
  'chat.epoch',
  'chat.recipients',
  'chat.slowest_ms',
  'chat.outcome',
  'chat.cause',
  'chat.events',
  'chat.after_the_fact',
  'sip.method',
  'sip.status_code',
  'msrp.status_code',
  'ccmp.operation',
  'ccmp.response_code',
] as const;

export type AttributeName = (typeof attributeNames)[number];

export const messagingSystem = 'nats';

/** Subjects as templates: a room never stands in a span. */
export const destinations = {
  in: 'chat.in.{shard}.{room}.{kind}',
  out: 'chat.out.{shard}.{room}.{kind}',
} as const;

/** What is done with a message: `messaging.operation.type`. */
export type MessagingOperation = 'send' | 'process';

/** The attributes every span about the bus begins with. */
export function messagingAttributes(
  operation: MessagingOperation,
  destination: keyof typeof destinations,
): { 'messaging.system': string; 'messaging.operation.type': string; 'messaging.destination.name': string } {
  return {
    'messaging.system': messagingSystem,
    'messaging.operation.type': operation,
    'messaging.destination.name': destinations[destination],
  };
}
