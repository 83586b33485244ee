export { startPostgres, type Postgres, type PostgresOptions } from './postgres.js';
export {
  fetchNatsServer,
  findNatsServer,
  startNatsCluster,
  startNatsServer,
  type NatsClusterPlace,
  type NatsServer,
  type NatsServerOptions,
} from './nats-server.js';
