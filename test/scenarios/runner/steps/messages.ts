import { expectEqual, fail, sentence, sightOf, type Step } from './step.js';
import type { Actor, Seen } from '../actor.js';
import type { World } from '../world.js';
import { eventually } from '../wait.js';

const quoted = (list: string): string[] => [...list.matchAll(/"([^"]*)"/g)].map(([, one = '']) => one);

async function see(world: World, actor: Actor, matches: (seen: Seen) => boolean, what: string): Promise<Seen> {
  return world.changes.until(
    () => actor.seen.find(matches),
    () => `${actor.name} did not see ${what}; ${sightOf(actor)}`,
  );
}

/** Addresses as sentences give them: a user, a device's user, or a URI. */
const uriOf = (whom: string): string => (whom.startsWith('sip:') ? whom : `sip:${whom}@localhost`);

/** What is said and seen, and what history keeps. */
export const messageSteps: readonly Step[] = [
  {
    pattern: sentence(
      '<who> says <text>(?: with (Success-Report|Failure-Report (?:no|partial)))?(?: and gets (\\w+))?',
    ),
    async does(world, name = '', said = '', how = '', status = '') {
      const actor = world.actor(name);
      const failureReport = how.endsWith('no') ? 'no' : how.endsWith('partial') ? 'partial' : undefined;
      const message = actor.stay.send({
        contentType: 'text/plain;charset=utf-8',
        content: said,
        successReport: how === 'Success-Report' ? true : undefined,
        failureReport,
      });
      actor.sentIds.set(said, message.messageId);
      expectEqual(await actor.outcome(message), status || '200', 'SEND');
    },
  },
  {
    pattern: sentence('<who> tells (sip:\\S+|[a-z]\\w*) <text>(?: and gets (\\w+))?'),
    async does(world, name = '', whom = '', said = '', status = '') {
      const actor = world.actor(name);
      expectEqual(await actor.outcome(actor.stay.tell(uriOf(whom), said)), status || '200', 'SEND');
    },
  },
  {
    pattern: sentence('<who> says (\\d+) things(?: beginning with <text>)?'),
    async does(world, name = '', count = '', prefix = '') {
      const actor = world.actor(name);
      const outcomes: Promise<string>[] = [];
      for (let n = 1; n <= Number(count); n++) outcomes.push(actor.outcome(actor.stay.say(`${prefix || name} ${n}`)));
      expectEqual([...new Set(await Promise.all(outcomes))], ['200'], 'SEND');
    },
  },
  {
    pattern: sentence('(.+) each say (\\d+) things at once'),
    async does(world, names = '', count = '') {
      const actors = names.split(/, | and /).map((name) => world.actor(name));
      const outcomes = actors.flatMap((actor) =>
        Array.from({ length: Number(count) }, (_, n) => actor.outcome(actor.stay.say(`${actor.name} ${n + 1}`))),
      );
      expectEqual([...new Set(await Promise.all(outcomes))], ['200'], 'SEND');
    },
  },
  {
    pattern: sentence('<who> sends <text> as (\\S+)(?: and gets (\\w+))?'),
    async does(world, name = '', content = '', contentType = '', status = '') {
      const actor = world.actor(name);
      expectEqual(await actor.outcome(actor.stay.send({ contentType, content })), status || '200', 'SEND');
    },
  },
  {
    pattern: sentence('<who> sees <text> from <who>( privately)?'),
    async does(world, name = '', said = '', from = '', privately = '') {
      const uri = world.actor(from).uri;
      const isPrivate = privately !== '';
      await see(
        world,
        world.actor(name),
        (seen) => seen.text === said && seen.from === uri && seen.isPrivate === isPrivate,
        `"${said}"`,
      );
    },
  },
  {
    pattern: sentence('<who> has not seen <text>'),
    does(world, name = '', said = '') {
      const actor = world.actor(name);
      if (actor.seen.some((seen) => seen.text === said)) fail(sightOf(actor));
    },
  },
  {
    pattern: sentence('<who> saw <text> once'),
    does(world, name = '', said = '') {
      const actor = world.actor(name);
      expectEqual(actor.seen.filter((seen) => seen.text === said).length, 1, `"${said}"`);
    },
  },
  {
    pattern: sentence('<who> saw (".*") in this order'),
    does(world, name = '', list = '') {
      const wanted = quoted(list);
      const actor = world.actor(name);
      const texts = actor.seen.map((seen) => seen.text).filter((seen) => wanted.includes(seen));
      expectEqual(texts, wanted, sightOf(actor));
    },
  },
  {
    pattern: sentence('<who> has seen (\\d+) messages'),
    async does(world, name = '', count = '') {
      const actor = world.actor(name);
      const enough = (): true | undefined => (actor.seen.length >= Number(count) ? true : undefined);
      await world.changes.until(enough, () => `${actor.seen.length} of ${count}`);
      expectEqual(actor.seen.length, Number(count), 'messages');
    },
  },
  {
    pattern: sentence('(.+) saw what both received in one order'),
    does(world, names = '') {
      const [one, other] = names.split(' and ').map((name) => world.actor(name).seen.map(({ digest }) => digest));
      const theirs = new Set(other);
      const common = new Set(one?.filter((digest) => theirs.has(digest)));
      const [first, second] = [one, other].map((digests) => digests?.filter((digest) => common.has(digest)));
      if (common.size === 0) fail('nothing was seen by both');
      expectEqual(first, second, 'order');
    },
  },
  {
    pattern: sentence('the first thing <who> sees is the notice <text>'),
    async does(world, name = '', notice = '') {
      const actor = world.actor(name);
      const first = await world.changes.until(
        () => actor.seen[0],
        () => `${name} has seen nothing`,
      );
      expectEqual([first.isNotice, first.text], [true, notice], 'first');
    },
  },
  {
    pattern: sentence('<who> gets a report of (\\d{3}) for <text>'),
    async does(world, name = '', status = '', said = '') {
      const actor = world.actor(name);
      const id = actor.sentIds.get(said);
      await world.changes.until(
        () => actor.reports.find((report) => report.messageId === id && report.status === Number(status)),
        () => `reports: ${JSON.stringify(actor.reports)}`,
      );
    },
  },
  {
    pattern: sentence('<who> has got no report'),
    does(world, name = '') {
      expectEqual(world.actor(name).reports, [], 'reports');
    },
  },
  {
    pattern: sentence('history of <place> is (".*"|empty)'),
    async does(world, room = '', list = '') {
      const wanted = quoted(list);
      let kept: string[] = [];
      await eventually(
        async () => {
          kept = await world.kept(room);
          return kept.length >= wanted.length ? true : undefined;
        },
        () => `history holds ${JSON.stringify(kept)}`,
      );
      expectEqual(kept, wanted, 'history');
    },
  },
];
