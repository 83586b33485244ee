/** What was not measured: settings, targets and plain judgement. Every one can be given another value. */
export interface Assumptions {
  /** Settings of the services, as they are by default. */
  readonly sessionsPerEdge: number;
  readonly deliveriesPerSecondPerEdge: number;
  readonly egressBytesPerSecondPerEdge: number;
  readonly roomCap: number;
  readonly roomLoadCap: number;
  /** Load at which an edge gets no new session. */
  readonly loadCeiling: number;
  /** Part of one core a process may use at the busiest hour. Services of one thread each. */
  readonly processCores: number;
  /** Memory of a pod that may be used by sessions, octets: what is left of 2 GiB. */
  readonly edgeMemoryBytes: number;
  /** Of everything, more than needed: growth, and hours busier than the busiest foreseen. */
  readonly headroom: number;
  /** Zones; everything still fits when one is lost. */
  readonly zones: number;
  readonly pools: number;
  /** Joins of the busiest minute in multiples of the average. */
  readonly joinPeak: number;
  /** What leaving and refreshing a session cost together, in parts of a join. */
  readonly leaveAndRefresh: number;
  /** Copies one write carries: at modest rates every copy is written alone. */
  readonly copiesPerWrite: number;
  /** Octets of MSRP and CPIM headers of one copy. */
  readonly copyOverheadBytes: number;
  /** Stored messages a second one shard takes. */
  readonly messagesPerSecondPerShard: number;
  readonly natsReplicas: number;
  /** Cores of one NATS server and of the PostgreSQL primary that may be used. */
  readonly natsNodeCores: number;
  readonly postgresCores: number;
  /** Octets a kept message takes in PostgreSQL beside itself: row, two unique keys. */
  readonly keptOverheadBytes: number;
}

export const assumed: Assumptions = {
  sessionsPerEdge: 20_000,
  deliveriesPerSecondPerEdge: 40_000,
  egressBytesPerSecondPerEdge: 64 * 1024 * 1024,
  roomCap: 2_000,
  roomLoadCap: 0.35,
  loadCeiling: 0.7,
  processCores: 0.6,
  edgeMemoryBytes: 1.2 * 1024 ** 3,
  headroom: 1.3,
  zones: 3,
  pools: 2,
  joinPeak: 3,
  leaveAndRefresh: 0.5,
  copiesPerWrite: 1,
  copyOverheadBytes: 450,
  messagesPerSecondPerShard: 2_000,
  natsReplicas: 3,
  natsNodeCores: 2.4,
  postgresCores: 4.8,
  keptOverheadBytes: 600,
};
