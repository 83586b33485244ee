import { everyService, type MetricDefinitions } from './types.js';

const grpcCodes = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** The names of a gRPC service and its methods come from `proto/`, never from a caller: unknown methods reach no handler. */
const rpcLabels = {
  rpc_service: { form: /^[A-Z][A-Za-z]+Service$/, most: 8 },
  method: { form: /^[A-Z][A-Za-z]+$/, most: 64 },
  code: grpcCodes,
};

/** Metrics of every process, and of every gRPC server. */
export const processMetricList = {
  chat_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what is running',
    labels: { version: { form: /^\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,30}$/, most: 1 }, proto: { form: /^v\d+$/, most: 1 } },
    services: everyService,
  },
  chat_service_state: {
    type: 'gauge',
    help: 'The state of the service is the one whose value is 1',
    labels: { state: ['created', 'starting', 'ready', 'draining', 'stopped', 'failed'] },
    services: everyService,
  },
  chat_process_event_loop_delay_seconds: {
    type: 'gauge',
    help: 'Delay of the event loop since the last scrape',
    labels: { quantile: ['0.5', '0.9', '0.99', '1'] },
    services: everyService,
  },
  chat_process_cpu_seconds_total: {
    type: 'counter',
    help: 'Processor time of the process, of user and system',
    labels: { mode: ['user', 'system'] },
    services: everyService,
  },
  chat_process_resident_memory_bytes: {
    type: 'gauge',
    help: 'Memory of the process that is in use',
    labels: {},
    services: everyService,
  },
  chat_trace_spans_total: {
    type: 'counter',
    help: 'Finished spans: taken by their collector, not taken, or dropped because too many waited',
    labels: { result: ['exported', 'failed', 'dropped'] },
    services: everyService,
  },
  chat_tls_cert_expiry_seconds: {
    type: 'gauge',
    help: 'Time until a certificate ends',
    labels: { name: ['public', 'internal'] },
    services: everyService,
  },
  chat_tls_cert_faults_total: {
    type: 'counter',
    help: 'Renewed certificate files that could not be used',
    labels: { name: ['public', 'internal'] },
    services: everyService,
  },
  chat_rpc_server_requests_total: {
    type: 'counter',
    help: 'gRPC calls answered',
    labels: rpcLabels,
    services: ['msrp-edge', 'room-state', 'history'],
  },
  chat_rpc_seconds: {
    type: 'histogram',
    help: 'Time from a gRPC call to its answer',
    labels: rpcLabels,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    services: ['msrp-edge', 'room-state', 'history'],
  },
} as const satisfies MetricDefinitions;
