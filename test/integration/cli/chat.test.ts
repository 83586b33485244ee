import { Chat, type ChatExit, type ChatOptions, type Screen } from '@plenary/cli';
import { describe, expect, it } from 'vitest';
import { CcmpUser, done } from '../../conformance/raw/ccmp-user.js';
import { cpim } from '../../conformance/raw/messages.js';
import { inRoster } from '../../conformance/raw/roster.js';
import { useSystem } from '../../conformance/raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** The terminal client of somebody, at a screen a test can read. */
interface Terminal {
  readonly lines: string[];
  readonly exit: Promise<ChatExit>;
  close(): void;
}

async function open(name: string, room: string): Promise<Terminal> {
  const [host = '', port = ''] = system.sipAddress.split(':');
  const options: ChatOptions = {
    user: system.uri(name),
    username: name,
    password: name,
    room,
    server: { host, port: Number(port) },
    transport: 'UDP',
    nickname: undefined,
    tls: false,
    authorities: undefined,
  };
  const lines: string[] = [];
  let close: () => void = () => undefined;
  const ended = new Promise<'end-of-input'>((resolve) => {
    close = () => {
      resolve('end-of-input');
    };
  });
  const screen: Screen = {
    show: ({ text }) => void lines.push(text),
    status: () => undefined,
    onLine: () => undefined,
    ended,
    close,
  };
  const exit = new Chat(options, screen).run();
  await expect.poll(() => lines.some((line) => line.startsWith('You are in ')), { timeout: 10_000 }).toBe(true);
  return { lines, exit, close };
}

describe('the terminal client', () => {
  it('CCMP-081 that was removed from the room says so, ends, and does not come back', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const witness = await system.join(room.uri, 'alice');
    const bob = await open('bob', room.uri);
    const bobsId = user('bob').userId;
    expect(inRoster(await operator.document(room), bobsId)).toBeDefined();
    done(await operator.removeUser(room, bobsId));
    expect(await bob.exit).toBe(1);
    expect(bob.lines.filter((line) => line.startsWith('The room has ended your stay'))).toHaveLength(1);
    expect(bob.lines.filter((line) => /back/i.test(line) && !/getting it back/.test(line))).toEqual([]);
    expect(inRoster(await operator.document(room), bobsId)?.endpoints ?? []).toEqual([]);
    await witness.leave();
  });

  it('HIST-004 shows what was said before with the time it was said at', async () => {
    const operator = user('operator');
    const rules = '<chat:history default-count="5" maximum-count="50" on-join="true"/>';
    const room = await operator.room('logged', `<info:conference-description>${rules}</info:conference-description>`);
    const alice = await system.join(room.uri, 'alice');
    await alice.say('said earlier');
    const bob = await open('bob', room.uri);
    await expect
      .poll(() => bob.lines.filter((line) => line.includes('said earlier')), { timeout: 10_000 })
      .toHaveLength(1);
    // The time the sender gives, which is of another day.
    const [, dated = ''] = /DateTime: (\S+)/.exec(cpim({ from: '', to: '' })) ?? [];
    const sent = new Date(dated);
    expect(bob.lines).toContain(`${day.format(sent)} ${clock.format(sent)} alice: said earlier`);
    bob.close();
    expect(await bob.exit).toBe(0);
  });
});
