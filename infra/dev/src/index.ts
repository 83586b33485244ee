/** The launchers of PostgreSQL and nats-server. What starts the services is `@plenary/dev/stack`. */
export { freePorts } from './free-ports.js';
export {
  fetchNatsServer,
  findNatsServer,
  startNatsCluster,
  startNatsServer,
  type NatsClusterPlace,
  type NatsServer,
  type NatsServerOptions,
} from './nats-server.js';
export { startPostgres, type Postgres, type PostgresOptions } from './postgres.js';
