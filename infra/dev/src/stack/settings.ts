import { defineSettings, flag, list, oneOf, port, setting, text, url, type SettingsOf } from '@plenary/config';

/** Settings of the one-process start itself; those of the services may be given beside them. */
export const devSettings = defineSettings({
  DATABASE_URL: setting(
    url('postgres', 'postgresql').optional(),
    'A PostgreSQL of your own; without it one is started from the binary package.',
  ),
  NATS_URL: setting(
    list().optional(),
    'Servers of the bus; without it one is started here, if there is a nats-server.',
  ),
  PLENARY_BUS: setting(
    oneOf(['auto', 'nats', 'memory']).default('auto'),
    'nats: refuses to start without a nats-server; memory: never uses one; auto: uses one where there is one.',
  ),
  PLENARY_DATA_DIR: setting(text().default('.plenary'), 'Folder of everything kept between starts.'),
  PLENARY_DOMAIN: setting(text().default('localhost'), 'Host part of room and user URIs.'),
  PLENARY_LOG_LEVEL: setting(oneOf(['debug', 'info', 'warn', 'error']).default('info'), 'What the log files hold.'),
  PLENARY_COLOURS: setting(flag().optional(), 'Colours in the terminal; without a value, when it is one.'),
  PLENARY_POSTGRES_PORT: setting(port().default(0), 'Port of the PostgreSQL that is started; 0 takes a free one.'),
  PLENARY_NATS_PORT: setting(port().default(0), 'Port of the nats-server that is started; 0 takes a free one.'),
  FOCUS_SIP_PORT: setting(port().default(5060), 'SIP over UDP and TCP.'),
  FOCUS_TLS_PORT: setting(port().default(5061), 'SIP over TLS.'),
  MSRP_EDGE_1_MSRP_PORT: setting(port().default(2855), 'MSRP of the first edge.'),
  MSRP_EDGE_2_MSRP_PORT: setting(port().default(2856), 'MSRP of the second edge.'),
  MSRP_EDGE_1_TLS_PORT: setting(port().default(2865), 'MSRP over TLS of the first edge.'),
  MSRP_EDGE_2_TLS_PORT: setting(port().default(2866), 'MSRP over TLS of the second edge.'),
  CCMP_HTTP_PORT: setting(port().default(8080), 'CCMP over HTTP.'),
  CCMP_HTTPS_PORT: setting(port().default(8443), 'CCMP over HTTPS.'),
  PLENARY_TLS_CERTIFICATE: setting(
    text().optional(),
    'File of a certificate chain (PEM) for SIP, MSRP and CCMP over TLS; without it one is made here.',
  ),
  PLENARY_TLS_KEY: setting(text().optional(), 'File of its private key (PEM).'),
  PLENARY_DEV_INTERNAL_TLS: setting(
    flag().default(false),
    'TLS between the services, to the bus and to PostgreSQL as well, as in production.',
  ),
  ROOM_STATE_GRPC_PORT: setting(port().default(7002), 'gRPC of room-state.'),
  HISTORY_GRPC_PORT: setting(port().default(7003), 'gRPC of history.'),
  MSRP_EDGE_1_GRPC_PORT: setting(port().default(7004), 'gRPC of the first edge.'),
  MSRP_EDGE_2_GRPC_PORT: setting(port().default(7005), 'gRPC of the second edge.'),
  FOCUS_HEALTH_PORT: setting(port().default(9461), 'Probes and metrics of focus.'),
  ROOM_STATE_HEALTH_PORT: setting(port().default(9462), 'Probes and metrics of room-state.'),
  HISTORY_HEALTH_PORT: setting(port().default(9463), 'Probes and metrics of history.'),
  MSRP_EDGE_1_HEALTH_PORT: setting(port().default(9464), 'Probes and metrics of the first edge.'),
  MSRP_EDGE_2_HEALTH_PORT: setting(port().default(9465), 'Probes and metrics of the second edge.'),
  CCMP_HEALTH_PORT: setting(port().default(9466), 'Probes and metrics of ccmp.'),
});

export type DevSettings = SettingsOf<typeof devSettings>;
