import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { Account, openSipEndpoint, type MediaTls, type Room, type SipEndpoint } from '@plenary/client';
import { freePorts, makeAuthority, writeCertificate, type Authority } from '@plenary/dev';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { System } from '../../conformance/raw/system.js';

const patience = { timeout: 20_000, interval: 20 };

describe('the client and an edge over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-edge-tls-'));
  let ours: Authority;
  let system: System;
  let certificate: { readonly certificate: string; readonly key: string };
  let port = 0;
  const endpoints: SipEndpoint[] = [];
  const rooms: Room[] = [];

  beforeAll(async () => {
    ours = await makeAuthority('Ours');
    certificate = writeCertificate(folder, 'edge', await ours.issue({ dns: ['localhost'] }));
    [port = 0] = await freePorts(1);
    system = new System({
      edges: 2,
      settings: {
        'msrp-edge-1': {
          MSRP_EDGE_TLS_PORT: String(port),
          MSRP_EDGE_TLS_CERTIFICATE: certificate.certificate,
          MSRP_EDGE_TLS_KEY: certificate.key,
          MSRP_EDGE_PUBLIC_HOST: 'localhost',
          // A balancer that is not us: what we send before the handshake is no header to this edge.
          MSRP_EDGE_PROXY_FROM: '192.0.2.0/24',
        },
      },
    });
    await system.start();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(rooms.splice(0).map((room) => room.leave().catch(() => undefined)));
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.close()));
  });
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function enter(name: string, room: string, tls: MediaTls | undefined, heard: string[] = []): Promise<Room> {
    const [host = '', sip] = system.sipAddress.split(':');
    const endpoint = await openSipEndpoint({ server: { transport: 'TCP', host, port: Number(sip) } });
    endpoints.push(endpoint);
    const account = new Account(endpoint, { uri: system.uri(name), username: name, password: name });
    const joined = await account.join(room, {
      tls,
      onMessage: ({ content }) => void heard.push(Buffer.from(content).toString()),
    });
    rooms.push(joined);
    return joined;
  }
  const here: MediaTls = { addressOf: () => '127.0.0.1' };

  it('TRN-007 of two edges the one with TLS gets who offers it, and those on TCP hear each other and them', async () => {
    const room = await system.room();
    const heard: string[] = [];
    const alice = await enter('alice', room, { ...here, authorities: ours.certificate });
    expect(alice.edge).toEqual({ host: 'localhost', port });
    const bob = await enter('bob', room, undefined, heard);
    expect((await alice.say('over TLS').outcome).kind).toBe('accepted');
    await vi.waitFor(() => {
      expect(heard).toEqual(['over TLS']);
    }, patience);
    await alice.move();
    expect(alice.edge).toEqual({ host: 'localhost', port });
    expect((await bob.say('answer').outcome).kind).toBe('accepted');
  });

  it('TRN-008 without authorities the fingerprint of the answer says which certificate is right', async () => {
    const alice = await enter('alice', await system.room(), here);
    expect((await alice.say('hello').outcome).kind).toBe('accepted');
  });

  it('TRN-007 an authority that did not sign is not believed; the seat is given back', async () => {
    const others = await makeAuthority('Others');
    const room = await system.room({ policy: { maximumUserCount: 1 } });
    await expect(enter('alice', room, { ...here, authorities: others.certificate })).rejects.toThrow();
    await vi.waitFor(async () => {
      await enter('alice', room, { ...here, authorities: ours.certificate });
    }, patience);
  });

  it('SDP-018 the operator demands TLS, and the client that offers TCP is refused', async () => {
    const room = await system.room({ policy: { requireTls: true } });
    await expect(enter('alice', room, undefined)).rejects.toMatchObject({ status: 488 });
    await enter('alice', room, { ...here, authorities: ours.certificate });
  });

  it('SEC-013 a PROXY header from a network that is no balancer’s is no header, and no handshake', async () => {
    const socket = connect(port, '127.0.0.1');
    const header = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000207c63364010bb80b27', 'hex');
    socket.write(header);
    const secured = connectTls({ socket, servername: 'localhost', ca: ours.certificate });
    await expect(once(secured, 'secureConnect')).rejects.toThrow();
    socket.destroy();
  });

  it('TRN-008 a renewed certificate is shown, and its fingerprint told, from the next session on', async () => {
    const before = readFileSync(certificate.certificate, 'utf8');
    const room = await system.room();
    const alice = await enter('alice', room, here);
    writeCertificate(folder, 'edge', await ours.issue({ dns: ['localhost'] }));
    expect(readFileSync(certificate.certificate, 'utf8')).not.toBe(before);
    const shown = async (): Promise<string> => {
      const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: ours.certificate });
      await once(socket, 'secureConnect');
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      return raw.toString('base64');
    };
    const fresh = readFileSync(certificate.certificate, 'utf8').replaceAll(/-----[^-]+-----|\s/g, '');
    await vi.waitFor(
      async () => {
        expect(await shown()).toBe(fresh);
      },
      { timeout: 45_000, interval: 500 },
    );
    expect((await alice.say('the old connection stays').outcome).kind).toBe('accepted');
    const bob = await enter('bob', room, here);
    expect((await bob.say('hello').outcome).kind).toBe('accepted');
  });
});
