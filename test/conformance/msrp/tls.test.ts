import { freePorts } from '@plenary/dev';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { attributes, offer, ident, request } from '../raw/messages.js';
import { MsrpSocket } from '../raw/msrp-socket.js';
import { headerOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';
import { folderOfFile, joinSecurely, makeRsaPair } from '../raw/tls.js';

const folder = folderOfFile();
const own = makeRsaPair(folder, 'edge');
const client = makeRsaPair(folder, 'client');
const stranger = makeRsaPair(folder, 'stranger');
const ports = await freePorts(2);
const certificate = { MSRP_EDGE_TLS_CERTIFICATE: own.certFile, MSRP_EDGE_TLS_KEY: own.keyFile };
const system = useSystem({
  edges: 2,
  settings: {
    'msrp-edge': certificate,
    'msrp-edge-1': { MSRP_EDGE_TLS_PORT: String(ports[0]) },
    'msrp-edge-2': { MSRP_EDGE_TLS_PORT: String(ports[1]), MSRP_EDGE_TLS_OLD_SUITE: 'true' },
  },
});
const trust = { ca: own.cert, servername: 'localhost' };

/** Resolves when the handshake is over; rejects when it fails. */
function handshake(edge: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: ports[edge - 1] ?? 0, ...trust, ...options });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.destroy();
      resolve(socket);
    });
  });
}
const oldSuite = { ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' } as const;

describe('transport', () => {
  it('TRN-001 TRN-007 a session over TLS has an msrps URI, and its messages reach who is on plain TCP', async () => {
    const room = await system.room();
    const { seat, answer } = await joinSecurely(system, room, 'alice', { tls: trust });
    expect(attributes(answer.body, 'path')[0]).toMatch(/^msrps:\/\/127\.0\.0\.1:\d+\/[^;]+;tcp$/);
    await seat.ping();
    const bob = await system.join(room, 'bob');
    await seat.say('over TLS');
    expect(String((await bob.msrp.request('SEND')).body)).toContain('over TLS');
    await bob.say('over TCP');
    const received = await seat.msrp.request('SEND');
    expect(String(received.body)).toContain('over TCP');
    expect(received.headers.find(([name]) => name === 'From-Path')?.[1]).toBe(seat.toPath);
  });

  it('TRN-007 TLS 1.1 fails, 1.2 and 1.3 do not', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(handshake(1, old)).rejects.toThrow(/alert protocol version|unsupported protocol/);
    await expect(handshake(1, { maxVersion: 'TLSv1.2' })).resolves.toBeDefined();
    await expect(handshake(1, { minVersion: 'TLSv1.3' })).resolves.toBeDefined();
  });

  it('TRN-007 the suite of 2007 fails alone, and works with the switch', async () => {
    await expect(handshake(1, oldSuite)).rejects.toThrow('handshake failure');
    await expect(handshake(2, oldSuite)).resolves.toBeDefined();
  });

  it('TRN-007 a session is known on its own transport alone: 481', async () => {
    const room = await system.room();
    const { seat } = await joinSecurely(system, room, 'alice', { tls: trust });
    const plain = await system.msrp(system.edgeAddress(ports.indexOf(portOf(seat.toPath)) + 1));
    const asked = request({ toPath: seat.toPath, fromPath: seat.fromPath, id: 'tlsonly1' });
    plain.write(asked);
    expect((await plain.answer('tlsonly1')).status).toBe(481);
    await seat.ping();

    const caller = await system.caller('bob');
    const fromPath = `msrp://127.0.0.1:7654/${ident()};tcp`;
    const answer = await caller.invite(room, offer({ path: fromPath }));
    await caller.ack(room);
    const [toPath = ''] = attributes(answer.body, 'path');
    const edge = [1, 2].findIndex((number) => system.edgeAddress(number).endsWith(`:${String(portOf(toPath))}`));
    const secure = await MsrpSocket.openTls(`127.0.0.1:${String(ports[edge])}`, trust);
    secure.write(request({ toPath, fromPath, id: 'tcponly1' }));
    expect((await secure.answer('tcponly1')).status).toBe(481);
    secure.destroy();
    await system.seated(room, caller, answer, fromPath);
  });
});

describe('a=fingerprint', () => {
  it.each([
    ['sha-256', client.sha256],
    ['SHA-1', client.sha1.replace('sha-1', 'SHA-1')],
  ])('TRN-008 a self-signed certificate of the client is taken by its %s', async (_name, fingerprint) => {
    const room = await system.room();
    const tls = { ...trust, cert: client.cert, key: client.key };
    const { seat } = await joinSecurely(system, room, 'alice', { tls, attributes: [`fingerprint:${fingerprint}`] });
    await seat.ping();
    await seat.say('hello');
  });

  it('TRN-008 another certificate than the fingerprint is of: connection closed, BYE sent', async () => {
    const room = await system.room();
    const tls = { ...trust, cert: stranger.cert, key: stranger.key };
    const { seat, caller } = await joinSecurely(system, room, 'alice', {
      tls,
      attributes: [`fingerprint:${client.sha256}`],
    });
    seat.ping().catch(() => undefined);
    await seat.msrp.closed();
    expect(seat.msrp.frames).toEqual([]);
    const bye = await caller.sip.next(({ method }) => method === 'BYE');
    expect(headerOf(bye, 'Reason')).toContain('media session failed');
  });

  it('TRN-008 our answer tells the fingerprint of the certificate we show', async () => {
    const room = await system.room();
    const { seat, answer } = await joinSecurely(system, room, 'alice', { tls: trust });
    expect(attributes(answer.body, 'fingerprint')).toEqual([own.sha256]);
    seat.msrp.destroy();
  });
});

function portOf(path: string): number {
  return Number(/:(\d+)\//.exec(path)?.[1]);
}
