/**
 * What each account user of the bus may do, and nothing else: the configuration of the servers is made from this, and the table
 * in `libs/bus/README.md` shows it. Subjects as nats-server takes them: `*` is one word, `>` the rest.
 */
export interface BusPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Services that speak to the bus, and the bootstrap that makes what they use. */
export const busUsers = ['focus', 'msrp-edge', 'room-state', 'history', 'bootstrap'] as const;
export type BusUser = (typeof busUsers)[number];

/** Answers come to an inbox of its own: nobody else hears them. */
const inboxOf = (user: BusUser): string => `_INBOX.${user}.>`;

/** To find streams and buckets that the bootstrap made, and to compare their settings. */
const look = ['$JS.API.INFO', '$JS.API.STREAM.INFO.*'];
/** To read entries of a log or a bucket, from any replica and from the leader. */
const readLog = ['$JS.API.DIRECT.GET.*', '$JS.API.STREAM.MSG.GET.*'];
const readBucket = (bucket: string): string[] => [
  `$JS.API.DIRECT.GET.KV_${bucket}`,
  `$JS.API.DIRECT.GET.KV_${bucket}.>`,
  `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
];
/** A watch is a consumer that goes with it, and answers the flow control of the server. */
const watchBucket = (bucket: string): string[] => [
  ...readBucket(bucket),
  `$JS.API.CONSUMER.CREATE.KV_${bucket}`,
  `$JS.API.CONSUMER.CREATE.KV_${bucket}.>`,
  `$JS.API.CONSUMER.INFO.KV_${bucket}.*`,
  `$JS.API.CONSUMER.DELETE.KV_${bucket}.*`,
  `$JS.FC.KV_${bucket}.>`,
];
const writeBucket = (bucket: string): string[] => [...readBucket(bucket), `$KV.${bucket}.>`];

export const busPermissions: Readonly<Record<BusUser, BusPermissions>> = {
  focus: {
    publish: [...look, ...watchBucket('edges')],
    subscribe: [inboxOf('focus'), 'chat.out.*.*.st'],
  },
  'msrp-edge': {
    publish: [...look, ...readLog, ...writeBucket('edges'), 'chat.in.*.*.all', 'edge.cursor.*'],
    subscribe: [inboxOf('msrp-edge'), 'chat.out.>', 'chat.head.*'],
  },
  'room-state': {
    publish: [...look, ...watchBucket('edges'), 'chat.in.*.*.st'],
    subscribe: [inboxOf('room-state')],
  },
  history: {
    publish: [
      ...look,
      ...readLog,
      ...writeBucket('leases'),
      '$JS.API.CONSUMER.INFO.*.history',
      '$JS.API.CONSUMER.DURABLE.CREATE.*.history',
      '$JS.API.CONSUMER.CREATE.*.history',
      '$JS.API.CONSUMER.MSG.NEXT.*.history',
      '$JS.ACK.*.history.>',
      'chat.head.*',
    ],
    subscribe: [inboxOf('history')],
  },
  bootstrap: {
    publish: [...look, '$JS.API.STREAM.CREATE.*', '$JS.API.STREAM.UPDATE.*'],
    subscribe: [inboxOf('bootstrap')],
  },
};
