import {
  bytes,
  defineSettings,
  durationMs,
  int,
  list,
  oneOf,
  secret,
  setting,
  text,
  type SettingsOf,
} from '@plenary/config';

/** Settings of the bootstrap. Those that the services have too must be the same there: they compare at their start. */
export const bootstrapSettings = defineSettings({
  NATS_URL: setting(list().default(['nats://127.0.0.1:4222']), 'Servers of the bus.'),
  NATS_NKEY: setting(secret().optional(), 'Seed of the account user that may make streams.'),
  PLENARY_INTERNAL_TLS_CERTIFICATE: setting(text().optional(), 'File of the certificate shown to the servers (PEM).'),
  PLENARY_INTERNAL_TLS_KEY: setting(text().optional(), 'File of its private key (PEM).'),
  PLENARY_INTERNAL_TLS_AUTHORITIES: setting(text().optional(), 'File of the authorities of the servers (PEM).'),
  ROOM_STATE_SHARDS: setting(int({ min: 1, max: 256 }).default(16), 'Logs that rooms are spread over.'),
  NATS_REPLICAS: setting(
    oneOf(['1', '3', '5']).default('1'),
    'Copies of every stream and bucket: 3 or 5 in a cluster.',
  ),
  NATS_STREAM_MAX_AGE_MS: setting(durationMs().default(3_600_000), 'How long a log keeps a message.'),
  NATS_STREAM_MAX_BYTES: setting(bytes().default(256 * 1024 * 1024), 'Octets a log keeps; the servers reserve them.'),
});

export type BootstrapSettings = SettingsOf<typeof bootstrapSettings>;
