import { named, ofKind, title, type RenderedSet } from '../objects.js';
import type { Check } from './check.js';
import { givenIssuers } from './references.js';

interface CertificateSpec {
  readonly secretName: string;
  readonly isCA?: boolean;
  readonly dnsNames?: readonly string[];
  readonly usages?: readonly string[];
  readonly duration: string;
  readonly renewBefore: string;
  readonly issuerRef: { readonly kind: string; readonly name: string };
}

export const certificatesCheck: Check = { name: 'certificates', run: certificates };

/** Each identity carries its own name, is renewed in time, and comes from an authority that is there. */
function certificates(set: RenderedSet): string[] {
  const there = ofKind(set, 'Certificate').map(({ metadata }) => metadata.name);
  const missing = wantedCertificates
    .filter((name) => !there.includes(name))
    .map((name) => `Certificate ${name} is missing`);
  const ca = named(set, 'Certificate', 'plenary-internal-ca')?.spec as CertificateSpec | undefined;
  const issuer = named(set, 'Issuer', 'plenary-internal')?.spec as
    { readonly ca?: { readonly secretName: string } } | undefined;
  if (ca?.secretName === undefined || issuer?.ca?.secretName !== ca.secretName)
    missing.push('Issuer plenary-internal signs with another key than that of plenary-internal-ca');
  const wrong = ofKind(set, 'Certificate').flatMap((object) => {
    const spec = object.spec as CertificateSpec;
    const problems: string[] = [];
    const must = (good: boolean, text: string): void => {
      if (!good) problems.push(`${title(object)} ${text}`);
    };
    const { kind, name } = spec.issuerRef;
    must(
      kind === 'Issuer' && (givenIssuers.includes(name) || named(set, 'Issuer', name) !== undefined),
      `has no issuer ${name}`,
    );
    must(Number.parseInt(spec.renewBefore) * 2 <= Number.parseInt(spec.duration), 'is renewed too late');
    must(Number.parseInt(spec.renewBefore) >= 720, 'is renewed too late');
    const inner = /^(.+)-internal$/.exec(object.metadata.name)?.[1];
    if (inner !== undefined) {
      must(name === 'plenary-internal', 'is not of the inner authority');
      must(spec.secretName === `${inner}-internal-tls`, 'goes to another secret');
      must(spec.dnsNames?.[0] === inner, 'does not carry its name first');
      must(spec.dnsNames?.every((dns) => dns === inner || dns.includes(inner)) ?? false, 'carries the name of another');
      must(spec.usages?.includes('client auth') ?? false, 'cannot call');
      must(spec.usages?.includes('server auth') ?? false, 'cannot serve');
    } else if (spec.isCA !== true) must(spec.usages?.includes('server auth') ?? false, 'cannot serve');
    if (object.metadata.name === 'ccmp-public') must(spec.dnsNames?.[0] === 'ccmp.example.com', 'is for another name');
    return problems;
  });
  return [...missing, ...wrong];
}

const wantedCertificates: readonly string[] = [
  'plenary-internal-ca',
  'plenary-db-server',
  ...['focus', 'msrp-edge', 'ccmp'].map((name) => `${name}-public`),
  ...['focus', 'msrp-edge', 'room-state', 'history', 'ccmp', 'operator', 'nats', 'nats-bootstrap'].map(
    (name) => `${name}-internal`,
  ),
];

/** What the database's certificate must be called, and who may reach it how. */
export const databaseCheck: Check = {
  name: 'database',
  run(set) {
    const [cluster] = ofKind(set, 'Cluster');
    if (cluster === undefined) return ['there is no database'];
    const spec = cluster.spec as {
      instances: number;
      certificates: { serverTLSSecret: string; serverCASecret: string };
      postgresql: { pg_hba: string[]; synchronous?: { number: number; dataDurability: string } };
      managed: { roles: { name: string; login: boolean; inherit?: boolean; ensure: string }[] };
      priorityClassName: string;
    };
    const certificate = ofKind(set, 'Certificate').find(
      ({ spec: one }) => (one as CertificateSpec).secretName === spec.certificates.serverTLSSecret,
    );
    const names = (certificate?.spec as CertificateSpec | undefined)?.dnsNames ?? [];
    const roles = spec.managed.roles.map(({ name }) => name).toSorted();
    const problems: string[] = [];
    const must = (good: boolean, text: string): void => {
      if (!good) problems.push(`${title(cluster)} ${text}`);
    };
    must(names.includes(`${cluster.metadata.name}-rw`), 'has no certificate for its name');
    must(spec.certificates.serverCASecret === spec.certificates.serverTLSSecret, 'shows another authority');
    must(roles.join() === 'plenary_focus,plenary_history,plenary_room_state', `has roles ${roles.join()}`);
    must(
      spec.managed.roles.every(({ login, inherit, ensure }) => login && inherit === false && ensure === 'present'),
      'has roles that may too much or too little',
    );
    must(
      spec.postgresql.pg_hba.every((line) => line.startsWith('hostssl ') && line.endsWith('scram-sha-256')),
      'lets in without TLS or password',
    );
    must(spec.priorityClassName === 'plenary-data', 'may be evicted early');
    if (set.overlay !== 'dev') {
      must(spec.instances === 3, 'is not three');
      must(spec.postgresql.synchronous?.number === 1, 'may lose what it answered');
      must(spec.postgresql.synchronous?.dataDurability === 'required', 'may lose what it answered');
    }
    return problems;
  },
};
