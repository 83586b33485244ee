import { expectEqual, sentence, type Step } from './step.js';

/** Nicknames (RFC 7701 section 7). */
export const nicknameSteps: readonly Step[] = [
  {
    pattern: sentence('<who> takes the nickname <text>(?: and gets (\\d{3}))?'),
    async does(world, name = '', nickname = '', status = '') {
      expectEqual(await world.actor(name).stay.nickname(nickname), Number(status || '200'), 'NICKNAME');
    },
  },
  {
    pattern: sentence('<who> gives (?:his|her) nickname back'),
    async does(world, name = '') {
      expectEqual(await world.actor(name).stay.nickname(''), 200, 'NICKNAME');
    },
  },
  {
    pattern: sentence('<who> takes a nickname of (\\d+) octets and gets (\\d{3})'),
    async does(world, name = '', length = '', status = '') {
      expectEqual(await world.actor(name).stay.nickname('n'.repeat(Number(length))), Number(status), 'NICKNAME');
    },
  },
  {
    pattern: sentence('(.+) take the nickname <text> at once: one gets 200, the others 425'),
    async does(world, names = '', nickname = '') {
      const actors = names.split(/, | and /).map((name) => world.actor(name));
      const statuses = await Promise.all(actors.map((actor) => actor.stay.nickname(nickname)));
      expectEqual(statuses.map(String).toSorted(), ['200', ...actors.slice(1).map(() => '425')], 'NICKNAME');
    },
  },
  {
    pattern: sentence('after (?:his|her) hold <who> gets the nickname <text>'),
    async does(world, name = '', nickname = '') {
      // Asked again until the hold is over: each answer is an event of its own.
      const { stay } = world.actor(name);
      const deadline = Date.now() + 15_000;
      let status = await stay.nickname(nickname);
      while (status === 425 && Date.now() < deadline) status = await stay.nickname(nickname);
      expectEqual(status, 200, 'NICKNAME');
    },
  },
];
