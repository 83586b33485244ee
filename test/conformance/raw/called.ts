import { Device } from './device.js';
import { Seat } from './seat.js';
import { headerOf } from './sip-socket.js';
import type { System } from './system.js';

/** The proxy through which the system calls users: it answers for the devices of all of them. */
export class Phones {
  private constructor(readonly proxy: Device) {}

  static async open(): Promise<Phones> {
    return new Phones(await Device.open('proxy'));
  }

  /** Settings of a system that calls through this proxy, and is quick to notify and to look at the clock. */
  get settings(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    return {
      focus: { FOCUS_OUTBOUND_PROXY: this.proxy.uri, FOCUS_NOTIFY_PACE_MS: '20ms' },
      'room-state': { ROOM_STATE_SWEEP_MS: '50ms' },
    };
  }

  /** Waits for the call of a conference to a user (`sip:<user>@…`) and takes it: the session that comes of it. */
  async take(system: System, user: string): Promise<Seat> {
    const invite = await this.proxy.invite(undefined, user);
    const { msrp, toPath, fromPath } = await this.proxy.accept(invite);
    const room = /<([^>]+)>/.exec(headerOf(invite, 'From') ?? '')?.[1] ?? '';
    return new Seat({ room, caller: await system.caller(user), answer: invite, msrp, toPath, fromPath });
  }

  /** Waits until the system has ended the call a seat came of. */
  async ended(seat: Seat): Promise<void> {
    await this.proxy.bye(undefined, headerOf(seat.answer, 'Call-ID'));
  }

  /** Users who have been called so far, once for each call. */
  get called(): readonly string[] {
    const calls = this.proxy.messages.filter(({ method }) => method === 'INVITE');
    const users = new Map(calls.map((invite) => [headerOf(invite, 'Call-ID'), userOf(invite.startLine)]));
    return [...users.values()];
  }
}

function userOf(startLine: string): string {
  return /^INVITE sips?:([^@]+)@/.exec(startLine)?.[1] ?? '';
}
