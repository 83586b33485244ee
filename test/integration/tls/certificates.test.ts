import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Authority, type CertificateContent, makeAuthority, writeCertificate } from '@plenary/dev';
import {
  certificateFollower,
  type Certificates,
  FakeClock,
  hostsOf,
  openCertificates,
  openInternalIdentity,
  refusePlainDatabase,
} from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';

const minuteMs = 60_000;
let folder = '';
let authority: Authority;
const opened: Certificates[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-files-'));
  authority = await makeAuthority('Inside');
  writeCertificate(folder, 'authority', authority);
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function write(name: string, content: CertificateContent = {}): Promise<{ certificate: string; key: string }> {
  return writeCertificate(folder, name, await authority.issue({ dns: ['here'], ...content }));
}

function open(files: Parameters<typeof openCertificates>[0], options: Parameters<typeof openCertificates>[1] = {}) {
  const certificates = openCertificates(files, options);
  opened.push(certificates);
  return certificates;
}

describe('certificate files', () => {
  it('give what TLS takes, and tell when the certificate ends', async () => {
    const endsAtMs = Math.floor(Date.now() / 1_000) * 1_000 + 5 * minuteMs;
    const paths = await write('good', { expiresAtMs: endsAtMs });
    const certificates = open({ ...paths, authorities: join(folder, 'authority.pem') });
    expect(certificates.options()).toMatchObject({ minVersion: 'TLSv1.2', ca: authority.certificate });
    expect(certificates.expiresAtMs).toBe(endsAtMs);
    expect(open(paths).options()).not.toHaveProperty('ca');
  });

  it('that are wrong at the start name their setting', async () => {
    const good = await write('first');
    const other = await write('other');
    const settings = { certificate: 'A_CERTIFICATE', key: 'A_KEY', authorities: 'A_AUTHORITIES' };
    const nothing = join(folder, 'nothing.pem');
    const nonsense = join(folder, 'nonsense.pem');
    writeFileSync(nonsense, 'nonsense');
    const broken = join(folder, 'broken.pem');
    writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const past = await write('past', { expiresAtMs: Date.now() - minuteMs });
    const future = await write('future', { beginsAtMs: Date.now() + 60 * minuteMs });
    const faults: [Parameters<typeof openCertificates>[0], RegExp][] = [
      [{ ...good, certificate: nothing }, /^A_CERTIFICATE cannot be read: ENOENT/],
      [{ ...good, certificate: nonsense }, /^A_CERTIFICATE: .*holds no certificate/],
      [{ ...good, certificate: broken }, /^A_CERTIFICATE: .*cannot be read/],
      [{ ...good, key: nonsense }, /^A_KEY: .*no private key/],
      [{ ...good, key: other.key }, /^A_KEY: .*is not the key of the certificate/],
      [{ ...good, authorities: good.key }, /^A_AUTHORITIES: .*holds no certificate/],
      [past, /^A_CERTIFICATE: .*ended at/],
      [future, /^A_CERTIFICATE: .*not valid before/],
    ];
    for (const [files, reason] of faults) expect(() => open(files, { settings })).toThrow(reason);
  });

  it('are followed through the link that a mounted secret exchanges', async () => {
    const clock = new FakeClock(Date.now());
    for (const [number, name] of ['one', 'two'].entries()) {
      const made = await authority.issue({ dns: ['here'], expiresAtMs: Date.now() + (number + 2) * 60 * minuteMs });
      writeCertificate(join(folder, name), 'tls', made);
    }
    const link = join(folder, '..data');
    symlinkSync('one', link);
    let changes = 0;
    const files = { certificate: join(link, 'tls.pem'), key: join(link, 'tls.key') };
    const certificates = open(files, { clock, checkEveryMs: minuteMs });
    const stop = certificates.onChange(() => changes++);
    const before = certificates.expiresAtMs;
    clock.advance(minuteMs);
    expect(changes).toBe(0);
    symlinkSync('two', `${link}.next`);
    renameSync(`${link}.next`, link);
    clock.advance(minuteMs);
    expect(changes).toBe(1);
    expect(certificates.expiresAtMs).toBeGreaterThan(before);
    stop();
    unlinkSync(link);
    symlinkSync('one', link);
    clock.advance(minuteMs);
    expect(changes).toBe(1);
    expect(certificates.expiresAtMs).toBe(before);
    certificates.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('that are wrong when they are renewed leave the old ones in use, with a log line and a count', async () => {
    const clock = new FakeClock(Date.now());
    const lines: string[] = [];
    const telemetry = createTelemetry({
      service: 'test',
      hashKey: 'k',
      stream: { write: (line) => void lines.push(line) },
    });
    const paths = await write('live');
    const certificates = certificateFollower(telemetry, clock).open('internal', paths, undefined);
    opened.push(certificates);
    const before = certificates.options().cert;
    const faults = async (): Promise<string | undefined> =>
      /chat_tls_cert_faults_total\{name="internal"\} (\d+)/.exec(await telemetry.scrape())?.[1];

    await write('live', { expiresAtMs: Date.now() - minuteMs });
    clock.advance(30_000);
    clock.advance(30_000);
    expect(certificates.options().cert).toBe(before);
    expect(lines.filter((line) => line.includes('the old ones stay'))).toHaveLength(1);
    expect(lines.join('')).toMatch(/ended at/);
    expect(await faults()).toBe('1');
    expect(await telemetry.scrape()).toMatch(/chat_tls_cert_expiry_seconds\{name="internal"\} 2\d{6}/);

    writeFileSync(paths.key, 'half writ');
    clock.advance(30_000);
    expect(certificates.options().cert).toBe(before);
    expect(await faults()).toBe('2');

    await write('live', { dns: ['renewed'] });
    clock.advance(30_000);
    expect(certificates.options().cert).not.toBe(before);
    expect(lines.join('')).toMatch(/a certificate was renewed/);
    expect(await faults()).toBe('2');
    await telemetry.shutdown();
  });
});

describe('the identity inside', () => {
  const none = {
    PLENARY_INTERNAL_TLS_CERTIFICATE: undefined,
    PLENARY_INTERNAL_TLS_KEY: undefined,
    PLENARY_INTERNAL_TLS_AUTHORITIES: undefined,
    PLENARY_INTERNAL_PLAINTEXT: false,
  };

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]:7000',
    '::1',
    'nats://127.0.0.1:4222',
    'ipv4:127.0.0.1:1,127.0.0.2:2',
    'dns:///localhost:7000',
  ])('is not needed at %s', (place) => {
    expect(openInternalIdentity(none, { name: 'focus', addresses: { A_SETTING: place } })).toBeUndefined();
  });

  it.each([
    '0.0.0.0',
    '10.0.0.1:7000',
    'dns:///room-state.plenary.svc:7000',
    'tls://nats:4222',
    'ipv4:127.0.0.1:1,10.0.0.2:2',
    '::',
    'localhost.example.com',
  ])('is demanded at %s, unless plain text is allowed', (place) => {
    const addresses = { A_SETTING: ['localhost', place] };
    expect(() => openInternalIdentity(none, { name: 'focus', addresses })).toThrow(
      /A_SETTING is .*PLENARY_INTERNAL_TLS_CERTIFICATE.*PLENARY_INTERNAL_PLAINTEXT/,
    );
    const allowed = { ...none, PLENARY_INTERNAL_PLAINTEXT: true };
    expect(openInternalIdentity(allowed, { name: 'focus', addresses })).toBeUndefined();
  });

  it('takes all three files or none, and a certificate of its own name', async () => {
    const { certificate, key } = await write('focus', { dns: ['focus', 'focus.plenary.svc'] });
    const values = {
      ...none,
      PLENARY_INTERNAL_TLS_CERTIFICATE: certificate,
      PLENARY_INTERNAL_TLS_KEY: key,
      PLENARY_INTERNAL_TLS_AUTHORITIES: join(folder, 'authority.pem'),
    };
    const addresses = {};
    const identity = openInternalIdentity(values, { name: 'focus', addresses });
    expect(identity?.name).toBe('focus');
    identity?.close();
    expect(() => openInternalIdentity(values, { name: 'history', addresses })).toThrow(
      /is not for history: it carries focus, focus\.plenary\.svc/,
    );
    const without = { ...values, PLENARY_INTERNAL_TLS_AUTHORITIES: undefined };
    expect(() => openInternalIdentity(without, { name: 'focus', addresses })).toThrow(/go together/);
  });

  it('PostgreSQL beyond loopback needs its authorities, and its password is not shown', () => {
    const values = { DATABASE_URL: 'postgres://u:secret@db:5432/plenary', DATABASE_TLS_AUTHORITIES: undefined };
    const plain = { ...values, PLENARY_INTERNAL_PLAINTEXT: false };
    expect(() => refusePlainDatabase(plain)).toThrow(
      /^DATABASE_URL is postgres:\/\/u:\*\*\*@db:5432.*DATABASE_TLS_AUTHORITIES/,
    );
    refusePlainDatabase({ ...plain, DATABASE_TLS_AUTHORITIES: '/ca.pem' });
    refusePlainDatabase({ ...plain, DATABASE_URL: `${values.DATABASE_URL}?sslmode=verify-full` });
    refusePlainDatabase({ ...plain, DATABASE_URL: 'postgres://u:secret@127.0.0.1:5432/plenary' });
    refusePlainDatabase({ ...values, PLENARY_INTERNAL_PLAINTEXT: true });
  });

  it('hosts are read from every form of an address', () => {
    expect(hostsOf('postgres://u:p%40x@h:1/d?sslmode=off')).toEqual(['h']);
    expect(hostsOf('postgres://u:p@localhost@h/d')).toEqual(['h']);
    expect(hostsOf('ipv4:10.0.0.1:1,10.0.0.2')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(hostsOf('[fe80::1]:7000')).toEqual(['fe80::1']);
    expect(hostsOf('dns://127.0.0.1/room-state:7000')).toEqual(['room-state']);
  });
});
