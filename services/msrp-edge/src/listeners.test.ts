import { mkdtempSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { connect } from 'node:tls';
import { readSettings } from '@plenary/config';
import { certificateFollower, FakeClock } from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import type { MsrpSocket } from '@plenary/msrp/net';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { msrpEdgeSettings } from './config.js';
import { createListeners, type Listeners } from './listeners.js';

const folder = mkdtempSync(join(tmpdir(), 'plenary-edge-'));
const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'.split(' ');
const renew = (): void =>
  void execFileSync('openssl', [...words, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
renew();
// The follower asks it for the time certificates are valid at, and for a timer.
const clock = new FakeClock(Date.now());
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const sockets: MsrpSocket[] = [];
let telemetry: Telemetry;
let opened: Listeners | undefined;
beforeEach(() => {
  const silent = new Writable({ write: (_line, _encoding, done) => done() });
  telemetry = createTelemetry({ service: 'msrp-edge', hashKey: 'a'.repeat(16), stream: silent });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await opened?.close();
  opened = undefined;
  await telemetry.shutdown();
});

function listeners(env: Record<string, string>): Listeners {
  const settings = readSettings(msrpEdgeSettings, { MSRP_EDGE_MSRP_PORT: '0', MSRP_EDGE_TLS_PORT: '0', ...env });
  if (!settings.ok) throw new Error('these are no settings');
  const follower = certificateFollower(telemetry, clock);
  opened = createListeners(settings.value, follower, {
    onOpen: (socket) => void sockets.push(socket),
    onEvent: () => undefined,
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return opened;
}
const tls = { MSRP_EDGE_TLS_CERTIFICATE: cert, MSRP_EDGE_TLS_KEY: key };

describe('the entrances of an edge', () => {
  it('are plain TCP alone without a certificate', async () => {
    const one = listeners({});
    await one.start();
    expect([one.plain(), one.tls(), one.takesTls]).toEqual([one.plainAddress(), undefined, false]);
  });

  it('TRN-007 are both with one, each with its own port; names and ports for the outside are those of the settings', async () => {
    const one = listeners({
      ...tls,
      MSRP_EDGE_NAME: 'msrp-edge-a-3',
      MSRP_EDGE_POOL: 'a',
      MSRP_EDGE_PUBLIC_HOST_TEMPLATE: 'e{ordinal}.{pool}.example.com',
      MSRP_EDGE_PUBLIC_PORT: '2855',
      MSRP_EDGE_PUBLIC_TLS_PORT: '2866',
    });
    await one.start();
    expect([one.plain(), one.tls()?.authority]).toEqual(['e3.a.example.com:2855', 'e3.a.example.com:2866']);
    expect(one.tls()?.fingerprint).toMatch(/^sha-256 [0-9A-F]{2}(?::[0-9A-F]{2}){31}$/);
    expect(one.plainAddress()).not.toBe(one.tlsAddress());
  });

  it('TRN-007 are TLS alone where plain TCP is off', async () => {
    const one = listeners({ ...tls, MSRP_EDGE_PLAIN: 'false' });
    await one.start();
    expect([one.takesPlain, one.plain()]).toEqual([false, undefined]);
    expect(() => one.plainAddress()).toThrow('does not listen');
  });

  it('TRN-008 tell the fingerprint of a renewed certificate once it is shown', async () => {
    const one = listeners(tls);
    await one.start();
    const before = one.tls()?.fingerprint;
    renew();
    clock.advance(60_000);
    const after = one.tls()?.fingerprint;
    expect(after).not.toBe(before);
    const port = Number(one.tlsAddress().split(':').at(-1));
    const shown = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
      socket.once('error', reject).once('secureConnect', () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
    });
    expect(`sha-256 ${shown}`).toBe(after);
  });

  it.each([
    [{ MSRP_EDGE_TLS_CERTIFICATE: cert }, 'belong together'],
    [{ ...tls, MSRP_EDGE_TLS_KEY: join(folder, 'none') }, 'MSRP_EDGE_TLS_KEY'],
    [{ MSRP_EDGE_PLAIN: 'false' }, 'nothing is left to listen on'],
    [{ MSRP_EDGE_PROXY_FROM: '10.0.0.0/8,balancer' }, 'MSRP_EDGE_PROXY_FROM'],
    [{ MSRP_EDGE_PUBLIC_HOST_TEMPLATE: 'e{ordinal}.example.com' }, 'MSRP_EDGE_PUBLIC_HOST_TEMPLATE'],
  ])('do not open with %j: %s', (env, message) => {
    expect(() => listeners(env)).toThrow(message);
  });

  it('name the setting of a port that is taken', async () => {
    const one = listeners({});
    await one.start();
    const port = one.plainAddress().split(':')[1] ?? '';
    await telemetry.shutdown();
    telemetry = createTelemetry({ service: 'msrp-edge', hashKey: 'a'.repeat(16) });
    const other = listeners({ ...tls, MSRP_EDGE_TLS_PORT: port });
    await expect(other.start()).rejects.toThrow('MSRP_EDGE_TLS_PORT');
    await other.close();
    opened = one;
  });
});
