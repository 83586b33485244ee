import type { JoinOptions } from '@plenary/client';
import { eventually } from '../wait.js';
import { expectEqual, fail, sentence, type Step } from './step.js';

/** Words for a policy, as they stand after `with` or `without`. */
const policies: Readonly<Record<string, (value: string) => Readonly<Record<string, unknown>>>> = {
  nicknames: () => ({ nicknames: false }),
  'private messages': () => ({ privateMessages: false }),
  'at most people': (value) => ({ maximumUserCount: Number(value) }),
  'messages up to octets': (value) => ({ maxSizeBytes: value }),
  'nicknames held for seconds': (value) => ({ nicknameQuarantineSeconds: Number(value) }),
  'only type': (value) => ({ wrappedTypes: [value] }),
};

const listOf = (words: string): string[] => words.split(/, | and /).map((word) => word.trim());

/** Rooms, and who comes and goes. */
export const roomSteps: readonly Step[] = [
  {
    pattern: sentence('a (logged )?room (\\w+)(?: (?:with|without) (.+))?'),
    async does(world, logged = '', name = '', rule = '') {
      const value = /\d+|\b[a-z]+\/[a-z]+/.exec(rule)?.[0] ?? '';
      const key = value === '' ? rule : rule.replace(value, '').replaceAll(/ {2}/g, ' ').trim();
      const policy = rule === '' ? {} : (policies[key]?.(value) ?? fail(`no policy is called "${key}"`));
      await world.makeRoom(name, logged === '' ? 'lobby' : 'minutes', policy);
    },
  },
  {
    pattern: sentence('a room (\\w+) only for (.+)'),
    async does(world, name = '', members = '') {
      const uris = listOf(members).map((user) => `sip:${user}@localhost`);
      await world.makeRoom(name, 'council', {}, { members: uris, moderators: uris.slice(0, 1) });
    },
  },
  {
    pattern: sentence('<who> joins <place>(?: (.+))?'),
    async does(world, name = '', room = '', how = '') {
      const status = await world.actor(name).join(world.endpoint, world.roomUri(room), manner(how));
      expectEqual(status, 200, `joining ${room}`);
    },
  },
  {
    pattern: sentence('<who> cannot join <place>(?: with the password (\\S+))?: (\\d{3})'),
    async does(world, name = '', room = '', password = '', status = '') {
      const options = password === '' ? {} : { password };
      expectEqual(
        await world.actor(name).join(world.endpoint, world.roomUri(room), options),
        Number(status),
        `joining ${room}`,
      );
    },
  },
  {
    pattern: sentence('<who> and <who> are on different edges'),
    does(world, one = '', other = '') {
      const ports = [one, other].map((name) => world.actor(name).stay.edge?.port);
      if (ports[0] === ports[1]) fail(`both are at port ${ports[0]}`);
    },
  },
  {
    pattern: sentence('<who> leaves'),
    does: (world, name = '') => world.actor(name).stay.leave(),
  },
  {
    pattern: sentence('<who> loses (?:his|her|its) connection'),
    async does(world, name = '') {
      const actor = world.actor(name);
      actor.lineLost = undefined;
      actor.stay.cutLine();
      await world.changes.until(
        () => actor.lineLost,
        () => `${name} still has a connection`,
      );
    },
  },
  {
    pattern: sentence('<who> moves to a new path'),
    async does(world, name = '') {
      const { stay } = world.actor(name);
      await stay.move();
    },
  },
  {
    pattern: sentence('the stay of <who> is ended by the room'),
    async does(world, name = '') {
      const actor = world.actor(name);
      await world.changes.until(
        () => actor.ended,
        () => `${name} is still in the room`,
      );
      if (actor.ended === 'left') fail(`${name} has left`);
    },
  },
  {
    pattern: sentence('(.+) (?:is|are) in <place>'),
    async does(world, names = '', room = '') {
      const wanted = names === 'nobody' ? [] : listOf(names).toSorted();
      let found: string[] = [];
      await eventually(
        async () => {
          found = await world.roster(room);
          return found.join() === wanted.join() ? true : undefined;
        },
        () => `in ${room}: ${found.join(', ') || 'nobody'}`,
      );
    },
  },
  {
    pattern: sentence('<who> stops reading'),
    does(world, name = '') {
      world.actor(name).stay.pauseReading();
    },
  },
  {
    pattern: sentence('<who> reads on'),
    does(world, name = '') {
      world.actor(name).stay.resumeReading();
    },
  },
];

/** How somebody joins, as it stands after the room. */
function manner(how: string): Partial<JoinOptions> {
  if (how === '') return {};
  if (how === 'without private messages') return { chatTokens: { nickname: true, privateMessages: false } };
  const type = /^taking only (\S+)$/.exec(how)?.[1];
  if (type !== undefined) return { wrappedTypes: [type] };
  const bytes = /^taking at most (\d+) octets$/.exec(how)?.[1];
  if (bytes !== undefined) return { messageBytes: Number(bytes) };
  return fail(`nobody joins "${how}"`);
}
