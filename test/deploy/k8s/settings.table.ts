import { ccmpSettings } from '@plenary/ccmp';
import type { SettingDefinitions } from '@plenary/config';
import { focusSettings } from '@plenary/focus';
import { historySettings } from '@plenary/history';
import { msrpEdgeSettings } from '@plenary/msrp-edge';
import { bootstrapSettings } from '@plenary/nats';
import { roomStateSettings } from '@plenary/room-state';

/** The settings each program defines, by the name of its container: the manifests may set no others. */
export const definitionsOf: Readonly<Record<string, SettingDefinitions>> = {
  focus: focusSettings,
  'msrp-edge': msrpEdgeSettings,
  'room-state': roomStateSettings,
  history: historySettings,
  ccmp: ccmpSettings,
  'nats-bootstrap': bootstrapSettings,
};

const inside = [
  'PLENARY_INTERNAL_TLS_CERTIFICATE',
  'PLENARY_INTERNAL_TLS_KEY',
  'PLENARY_INTERNAL_TLS_AUTHORITIES',
] as const;
const all = ['PLENARY_POD', 'PLENARY_LOG_LEVEL', 'PLENARY_LOG_HASH_KEY_FILE', ...inside] as const;
const bus = ['NATS_URL', 'NATS_REPLICAS', 'NATS_NKEY_FILE'] as const;
const logs = ['NATS_STREAM_MAX_AGE_MS', 'NATS_STREAM_MAX_BYTES', 'ROOM_STATE_SHARDS'] as const;
const database = ['DATABASE_URL', 'DATABASE_PASSWORD_FILE', 'DATABASE_TLS_AUTHORITIES'] as const;

/** What must be set in a cluster, for a default made for one machine would be wrong there. */
export const neededIn: Readonly<Record<string, readonly string[]>> = {
  focus: [
    ...all,
    ...bus,
    ...database,
    'PLENARY_DOMAIN',
    'FOCUS_REPLICA',
    'FOCUS_NONCE_KEY_FILE',
    'FOCUS_SIP_HOST',
    'FOCUS_SIP_PORT',
    'FOCUS_SIP_PUBLIC_HOST',
    'FOCUS_TLS_HOST',
    'FOCUS_TLS_PORT',
    'FOCUS_TLS_CERTIFICATE',
    'FOCUS_TLS_KEY',
    'FOCUS_HEALTH_HOST',
    'FOCUS_HEALTH_PORT',
    'FOCUS_DRAIN_DEADLINE_MS',
    'FOCUS_ROOM_STATE_ADDRESS',
  ],
  'msrp-edge': [
    ...all,
    ...bus,
    'MSRP_EDGE_NAME',
    'MSRP_EDGE_POOL',
    'MSRP_EDGE_ZONE',
    'MSRP_EDGE_CONTROL_HOST',
    'MSRP_EDGE_MSRP_HOST',
    'MSRP_EDGE_MSRP_PORT',
    'MSRP_EDGE_TLS_HOST',
    'MSRP_EDGE_TLS_PORT',
    'MSRP_EDGE_TLS_CERTIFICATE',
    'MSRP_EDGE_TLS_KEY',
    'MSRP_EDGE_PUBLIC_TLS_PORT',
    'MSRP_EDGE_GRPC_HOST',
    'MSRP_EDGE_GRPC_PORT',
    'MSRP_EDGE_HEALTH_HOST',
    'MSRP_EDGE_HEALTH_PORT',
    'MSRP_EDGE_DRAIN_DEADLINE_MS',
    'MSRP_EDGE_ROOM_STATE_ADDRESS',
    'MSRP_EDGE_HISTORY_ADDRESS',
  ],
  'room-state': [
    ...all,
    ...bus,
    ...logs,
    ...database,
    'PLENARY_DOMAIN',
    'ROOM_STATE_ACCOUNTS_KEY_FILE',
    'ROOM_STATE_GRPC_HOST',
    'ROOM_STATE_GRPC_PORT',
    'ROOM_STATE_HEALTH_HOST',
    'ROOM_STATE_HEALTH_PORT',
    'ROOM_STATE_DRAIN_DEADLINE_MS',
  ],
  history: [
    ...all,
    ...bus,
    ...logs,
    ...database,
    'HISTORY_GRPC_HOST',
    'HISTORY_GRPC_PORT',
    'HISTORY_HEALTH_HOST',
    'HISTORY_HEALTH_PORT',
    'HISTORY_DRAIN_DEADLINE_MS',
    'HISTORY_ROOM_STATE_ADDRESS',
  ],
  ccmp: [
    ...all,
    'PLENARY_DOMAIN',
    'CCMP_HTTP',
    'CCMP_HTTPS_HOST',
    'CCMP_HTTPS_PORT',
    'CCMP_TLS_CERTIFICATE',
    'CCMP_TLS_KEY',
    'CCMP_HEALTH_HOST',
    'CCMP_HEALTH_PORT',
    'CCMP_DRAIN_DEADLINE_MS',
    'CCMP_ROOM_STATE_ADDRESS',
    'CCMP_HISTORY_ADDRESS',
  ],
  'nats-bootstrap': [...bus, ...inside, ...logs],
};

/** Settings that name a port the container opens → the names of its ports. `loopback`: open to nobody outside the pod. */
export const portSettings: Readonly<Record<string, readonly string[] | 'loopback'>> = {
  FOCUS_SIP_PORT: ['sip-udp', 'sip-tcp'],
  FOCUS_TLS_PORT: ['sips'],
  FOCUS_HEALTH_PORT: ['health'],
  MSRP_EDGE_MSRP_PORT: 'loopback',
  MSRP_EDGE_TLS_PORT: ['msrps'],
  MSRP_EDGE_PUBLIC_TLS_PORT: ['msrps'],
  MSRP_EDGE_GRPC_PORT: ['grpc'],
  MSRP_EDGE_HEALTH_PORT: ['health'],
  ROOM_STATE_GRPC_PORT: ['grpc'],
  ROOM_STATE_HEALTH_PORT: ['health'],
  HISTORY_GRPC_PORT: ['grpc'],
  HISTORY_HEALTH_PORT: ['health'],
  CCMP_HTTPS_PORT: ['https'],
  CCMP_HEALTH_PORT: ['health'],
};

/** Where each address setting must lead. */
export const addressSettings: Readonly<Record<string, string>> = {
  FOCUS_ROOM_STATE_ADDRESS: 'room-state',
  MSRP_EDGE_ROOM_STATE_ADDRESS: 'room-state',
  MSRP_EDGE_HISTORY_ADDRESS: 'history',
  HISTORY_ROOM_STATE_ADDRESS: 'room-state',
  CCMP_ROOM_STATE_ADDRESS: 'room-state',
  CCMP_HISTORY_ADDRESS: 'history',
};

/** Fields of the pod that settings must take. */
export const fieldSettings: Readonly<Record<string, string>> = {
  PLENARY_POD: 'metadata.name',
  FOCUS_REPLICA: 'metadata.name',
  MSRP_EDGE_NAME: 'metadata.name',
  MSRP_EDGE_POOL: "metadata.labels['plenary.chat/pool']",
  MSRP_EDGE_ZONE: "metadata.labels['topology.kubernetes.io/zone']",
  MSRP_EDGE_CONTROL_HOST: 'status.podIP',
};

/** Secrets each file setting must come from; `*` stands for the name of the container. */
export const fileSettings: Readonly<Record<string, readonly [secret: string, file: string]>> = {
  PLENARY_INTERNAL_TLS_CERTIFICATE: ['*-internal-tls', 'tls.crt'],
  PLENARY_INTERNAL_TLS_KEY: ['*-internal-tls', 'tls.key'],
  PLENARY_INTERNAL_TLS_AUTHORITIES: ['*-internal-tls', 'ca.crt'],
  DATABASE_TLS_AUTHORITIES: ['*-internal-tls', 'ca.crt'],
  DATABASE_PASSWORD_FILE: ['*-database', 'password'],
  NATS_NKEY_FILE: ['*-bus', 'nkey'],
  FOCUS_TLS_CERTIFICATE: ['*-public-tls', 'tls.crt'],
  FOCUS_TLS_KEY: ['*-public-tls', 'tls.key'],
  MSRP_EDGE_TLS_CERTIFICATE: ['*-public-tls', 'tls.crt'],
  MSRP_EDGE_TLS_KEY: ['*-public-tls', 'tls.key'],
  CCMP_TLS_CERTIFICATE: ['*-public-tls', 'tls.crt'],
  CCMP_TLS_KEY: ['*-public-tls', 'tls.key'],
  PLENARY_LOG_HASH_KEY_FILE: ['plenary-keys', 'log-hash-key'],
  FOCUS_NONCE_KEY_FILE: ['plenary-keys', 'nonce-key'],
  ROOM_STATE_ACCOUNTS_KEY_FILE: ['plenary-keys', 'accounts-key'],
};
