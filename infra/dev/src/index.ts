/** The launchers of PostgreSQL and nats-server, and a maker of certificates. What starts the services is `@plenary/dev/stack`. */
export {
  certificatePaths,
  makeAuthority,
  makeSelfSigned,
  openAuthority,
  provideDevCertificates,
  writeCertificate,
  type Authority,
  type CertificateContent,
  type CertificatePaths,
  type DevCertificates,
  type MadeCertificate,
} from './certificates/index.js';
export { freePorts } from './free-ports.js';
export {
  fetchNatsServer,
  findNatsServer,
  startNatsCluster,
  startNatsServer,
  type NatsClusterPlace,
  type NatsServer,
  type NatsServerOptions,
  type NatsTlsFiles,
  type NatsUser,
} from './nats-server.js';
export { startPostgres, type Postgres, type PostgresOptions } from './postgres.js';
