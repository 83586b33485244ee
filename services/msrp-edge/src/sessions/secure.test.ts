import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '@plenary/msrp/net';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { capabilities, FakeSocket, policy, World } from '../testing.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let own: Uint8Array;
let stranger: Uint8Array;
beforeAll(() => {
  [own, stranger] = [certificate(), certificate()];
});

/** A certificate that signs itself, DER. */
function certificate(): Uint8Array {
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=a -keyout /dev/null';
  return new X509Certificate(execFileSync('openssl', words.split(' '), { stdio: ['ignore', 'pipe', 'ignore'] })).raw;
}

function socketShowing(certificateShown: Uint8Array | undefined): FakeSocket {
  const socket = new FakeSocket();
  socket.secure = true;
  socket.peerCertificate = certificateShown;
  return socket;
}

/** A socket the switch knows. */
function opened(world: World, socket: FakeSocket): FakeSocket {
  world.edge.open(socket);
  return socket;
}

describe('a session over TLS', () => {
  it('TRN-007 has an msrps URI at the place TLS is taken, and the fingerprint of our certificate', async () => {
    const world = new World();
    const alice = await world.join('alice', { secure: true });
    expect(alice.path).toMatch(/^msrps:\/\/127\.0\.0\.1:2865\//);
    expect(world.edge.connectionCounts()).toEqual({ tcp: 0, tls: 1 });
    const bob = await world.join('bob');
    expect(bob.path).toMatch(/^msrp:\/\/127\.0\.0\.1:2855\//);
    expect(world.edge.connectionCounts()).toEqual({ tcp: 1, tls: 1 });
    bob.send('From: <sip:bob@localhost>\r\nTo: <sip:lobby@localhost>\r\n\r\nContent-Type: text/plain\r\n\r\nhello');
    await turn();
    await turn();
    expect(alice.texts().at(-1)).toBe('hello');
  });

  it.each([
    [true, false],
    [false, true],
  ])('TRN-007 reserved with TLS %s is no session on a connection with TLS %s', async (secure, onSecure) => {
    const world = new World();
    const other = new FakeSocket();
    other.secure = onSecure;
    const alice = await world.join('alice', { secure, socket: opened(world, other), bind: false });
    const id = alice.send(undefined);
    await turn();
    expect(alice.status(id)).toBe(481);
  });

  it('TRN-008 takes the certificate its fingerprint is of, and whoever shows none', async () => {
    const world = new World();
    for (const [name, shown] of [
      ['alice', own],
      ['bob', undefined],
    ] as const) {
      const socket = opened(world, socketShowing(shown));
      const seat = await world.join(name, {
        secure: true,
        socket,
        peerFingerprints: [fingerprintOf(own)],
        bind: false,
      });
      const id = seat.send(undefined);
      await vi.waitFor(() => {
        expect(seat.status(id)).toBe(200);
      });
      expect(socket.ended).toBe(false);
    }
  });

  it('TRN-008 ends with its connection where another certificate is shown, without an answer', async () => {
    const world = new World();
    const socket = opened(world, socketShowing(stranger));
    const alice = await world.join('alice', {
      secure: true,
      socket,
      peerFingerprints: [fingerprintOf(own)],
      bind: false,
    });
    alice.send(undefined);
    alice.send(undefined);
    await turn();
    expect([socket.ended, socket.responses, world.edge.sessionCount]).toEqual([true, [], 0]);
    expect(world.roomState.leaves).toMatchObject([{ chatId: alice.chatId }]);
  });

  it('TRN-008 ends too where the fingerprint is told after it was bound', async () => {
    const world = new World();
    const socket = opened(world, socketShowing(stranger));
    const alice = await world.join('alice', { secure: true, socket });
    expect(world.edge.sessionCount).toBe(1);
    world.edge.update(alice.chatId, capabilities(), [], [fingerprintOf(stranger)]);
    expect(socket.ended).toBe(false);
    world.edge.update(alice.chatId, capabilities(), [], [fingerprintOf(own)]);
    expect([socket.ended, world.edge.sessionCount]).toEqual([true, 0]);
  });
});

describe('a room that demands TLS', () => {
  it('SDP-018 tells sessions on plain TCP and ends them when it begins to; those over TLS stay', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice', { secure: true }), await world.join('bob')];
    await world.roomState.publish({ $case: 'policyChanged', value: { policy: policy({ requireTls: true }) } });
    await turn();
    expect(bob.texts().at(-1)).toContain('TLS alone');
    expect([bob.socket.ended, alice.socket.ended, world.edge.sessionCount]).toEqual([true, false, 1]);
    expect(alice.texts().filter((text) => text.includes('TLS alone'))).toEqual([]);
    expect(world.roomState.leaves).toMatchObject([{ chatId: bob.chatId }]);
    await expect(world.join('carol')).rejects.toThrow('no-such-transport');
    expect((await world.join('dave', { secure: true })).path).toMatch(/^msrps:/);
  });
});
