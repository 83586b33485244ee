import { createServer, type AddressInfo, type Server } from 'node:net';
import { parseUri, type MsrpUri } from '@plenary/msrp';
import type { PeerCapabilities } from '@plenary/sdp';
import type { ServerTransaction, SipClock } from '@plenary/sip';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from './clock.js';
import type { DialogLine } from './dialog-line.js';
import type { OwnDescription } from './own-description.js';
import { Room } from './room.js';
import type { RoomOptions } from './room.types.js';
import type { SipEndpoint } from './sip-endpoint.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** An MSRP peer that takes every request. */
async function willingPeer(): Promise<MsrpUri> {
  const server = createServer((socket) => {
    socket.on('data', (octets) => {
      const [, id = '', to = '', from = ''] =
        /^MSRP (\S+) SEND\r\nTo-Path: (.*)\r\nFrom-Path: (.*)\r\n/.exec(octets.toString('latin1')) ?? [];
      socket.write(`MSRP ${id} 200 OK\r\nTo-Path: ${from}\r\nFrom-Path: ${to}\r\n-------${id}$\r\n`);
    });
    socket.on('error', () => socket.destroy());
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return uri(`msrp://127.0.0.1:${String((server.address() as AddressInfo).port)}/edge;tcp`);
}

function uri(text: string): MsrpUri {
  const read = parseUri(text);
  if (!read.ok) throw read.error;
  return read.value;
}

interface Stay {
  readonly room: Room;
  readonly requests: string[];
  readonly ended: (readonly [reason: string, cause: number | undefined])[];
  /** Timers that run for 2.5 s, as the wait for a BYE does. */
  readonly waits: (() => void)[];
  bye(reason: string): void;
}

/** A stay in a room that no longer knows its dialog. */
async function forgotten(): Promise<Stay> {
  const [requests, ended, waits]: [string[], Stay['ended'][number][], (() => void)[]] = [[], [], []];
  const clock: SipClock = {
    nowMs: () => systemClock.nowMs(),
    setTimer(ms, fn) {
      if (ms !== 2_500) return systemClock.setTimer(ms, fn);
      waits.push(fn);
      return { cancel: () => void waits.splice(waits.indexOf(fn), 1) };
    },
  };
  const dialog: Pick<DialogLine, 'own' | 'disown' | 'receive' | 'request'> = {
    own: () => undefined,
    disown: () => undefined,
    receive: () => true,
    request: (method) => {
      requests.push(method);
      return Promise.resolve({ response: { status: 481, reason: 'Call/Transaction Does Not Exist' } } as never);
    },
  };
  const options: Partial<RoomOptions> = {
    endpoint: { clock, random: systemRandom } as SipEndpoint,
    dialog: dialog as DialogLine,
    description: { offer: () => new Uint8Array(0) } as unknown as OwnDescription,
    roomUri: 'sip:lobby@localhost',
    contact: '<sip:bob@127.0.0.1>',
    timer: undefined,
    messageBytes: 10_000,
    timeoutMs: 5_000,
    handlers: { onMessage: () => undefined, onEnded: (...end) => void ended.push(end) },
  };
  const room = new Room(options as RoomOptions);
  const remotePath = [await willingPeer()];
  const localUri = uri('msrp://127.0.0.1:7000/own;tcp');
  await room.connect({ localUri, remotePath, room: {} as PeerCapabilities, fingerprints: [] });
  return {
    room,
    requests,
    ended,
    waits,
    bye(reason) {
      const headers = new Map([['Reason', reason]]);
      room.onRequest({ request: { method: 'BYE', headers }, respond: () => true } as unknown as ServerTransaction);
    },
  };
}

describe('a stay the room no longer knows', () => {
  it('POL-018 ends with what its BYE says, though that comes after the answer to a move', async () => {
    const { room, requests, ended, waits, bye } = await forgotten();
    const moved = room.move();
    await expect.poll(() => waits).toHaveLength(1);
    expect([room.isOver, ended]).toEqual([false, []]);
    bye('SIP ;cause=403 ;text="removed"');
    await expect(moved).rejects.toMatchObject({ status: 481 });
    expect(ended).toEqual([['removed', 403]]);
    expect([requests, waits]).toEqual([['INVITE'], []]);
  });

  it('RFC 3261 12.2.1.2 is over without a cause when no BYE comes', async () => {
    const { room, requests, ended, waits } = await forgotten();
    const moved = room.move();
    await expect.poll(() => waits).toHaveLength(1);
    waits[0]?.();
    await expect(moved).rejects.toMatchObject({ status: 481 });
    expect([room.isOver, ended]).toEqual([true, [['the room no longer knows us', undefined]]]);
    expect(requests).toEqual(['INVITE', 'BYE']);
  });

  it('is left at once, also while a BYE is waited for', async () => {
    const { room, waits } = await forgotten();
    const moved = room.move();
    await expect.poll(() => waits).toHaveLength(1);
    await room.leave();
    await expect(moved).rejects.toMatchObject({ status: 481 });
    expect(waits).toEqual([]);
  });
});
