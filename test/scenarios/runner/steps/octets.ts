import { serializeMessage } from '@plenary/cpim';
import { digestOf } from '../actor.js';
import { expectEqual, fail, sentence, sightOf, type Step } from './step.js';
import type { World } from '../world.js';

/** `10 MiB`, `600 KiB`, `5000 octets`. */
function bytesIn(size: string, unit: string): number {
  return Number(size) * (unit === 'MiB' ? 1024 * 1024 : unit === 'KiB' ? 1024 : 1);
}

const amount = String.raw`(\d+) (MiB|KiB|octets)`;

function draftOf(world: World, name: string): Uint8Array {
  return world.drafts.get(name)?.octets ?? fail(`there is no message called ${name}`);
}

function addressOf(world: World, whom: string): string {
  return whom.startsWith('sip:') ? whom : world.actors.has(whom) ? world.actor(whom).uri : world.roomUri(whom);
}

/** Large messages, and messages and chunks made by hand. */
export const octetSteps: readonly Step[] = [
  {
    pattern: sentence('a message (\\w+) from <who> to (\\S+)(?: and to (\\S+))?: <text>'),
    does(world, name = '', from = '', to = '', alsoTo = '', content = '') {
      const addressees = [to, ...(alsoTo === '' ? [] : [alsoTo])].map((whom) => ({ uri: addressOf(world, whom) }));
      const octets = serializeMessage({
        from: { uri: world.actor(from).uri },
        to: addressees,
        dateTimeMs: 0,
        contentType: 'text/plain;charset=utf-8',
        content,
      });
      world.drafts.set(name, { octets });
    },
  },
  {
    pattern: sentence('a message (\\w+) of the octets <text>'),
    does(world, name = '', octets = '') {
      world.drafts.set(name, { octets: Buffer.from(octets.replaceAll('\\r\\n', '\r\n')) });
    },
  },
  {
    pattern: sentence('<who> sends the message (\\w+)(?: as (\\S+))? and gets (\\w+)'),
    async does(world, name = '', draft = '', mediaType = '', status = '') {
      const actor = world.actor(name);
      const said = actor.stay.sendOctets(draftOf(world, draft), mediaType === '' ? {} : { mediaType });
      expectEqual(await actor.outcome(said), status, 'SEND');
    },
  },
  {
    // Written one after the other without waiting: "later requests do not wait for responses" (RPT-004).
    pattern: sentence('<who> sends octets (\\d+) to (\\d+|the end) of (\\w+)(, to be continued|, and aborts)?'),
    does(world, name = '', from = '', to = '', draft = '', rest = '') {
      const octets = draftOf(world, draft);
      const end = to === 'the end' ? octets.length : Number(to);
      const answer = world.actor(name).stay.chunk({
        messageId: `${draft}-by-hand`,
        byteRange: { start: Number(from), end, total: octets.length },
        body: octets.subarray(Number(from) - 1, end),
        flag: rest === '' ? '$' : rest.includes('aborts') ? '#' : '+',
      });
      world.chunks.set(draft, [...(world.chunks.get(draft) ?? []), answer]);
    },
  },
  {
    pattern: sentence('every part of (\\w+) gets (\\d{3})'),
    async does(world, draft = '', status = '') {
      const answers = await Promise.all(world.chunks.get(draft) ?? []);
      expectEqual(
        answers.map(String),
        answers.map(() => status),
        `chunks of ${draft}`,
      );
    },
  },
  {
    pattern: sentence(`<who> begins to send ${amount} called (\\w+)`),
    does(world, name = '', size = '', unit = '', called = '') {
      const content = Buffer.alloc(bytesIn(size, unit));
      for (let at = 0; at < content.length; at++) content[at] = (at * 31 + (at >> 8)) & 255;
      const said = world.actor(name).stay.send({ contentType: 'application/octet-stream', content });
      world.underWay.set(called, said);
      world.drafts.set(called, { octets: said.octets });
    },
  },
  {
    pattern: sentence('(?:the message )?(\\w+) is (accepted|refused with (\\w+))'),
    async does(world, called = '', verdict = '', status = '') {
      const said = world.underWay.get(called) ?? fail(`nothing called ${called} is under way`);
      const outcome = await said.outcome;
      const got = outcome.kind === 'accepted' ? 'accepted' : `refused with ${outcome.failure}`;
      expectEqual(got, verdict, `${called} (${status})`);
    },
  },
  {
    pattern: sentence('<who> gives (\\w+) up'),
    async does(world, name = '', called = '') {
      const said = world.underWay.get(called) ?? fail(`nothing called ${called} is under way`);
      world.actor(name).stay.abort(said.messageId);
      const outcome = await said.outcome;
      expectEqual(outcome, { kind: 'failed', failure: 'aborted' }, called);
    },
  },
  {
    pattern: sentence('<who> receives (\\w+) unchanged'),
    async does(world, name = '', called = '') {
      const digest = digestOf(draftOf(world, called));
      const actor = world.actor(name);
      await world.changes.until(
        () => actor.seen.find((seen) => seen.digest === digest),
        () => `${called} did not come; ${sightOf(actor)}`,
      );
    },
  },
  {
    pattern: sentence('<who> has not received (\\w+)(?: yet)?'),
    does(world, name = '', called = '') {
      const digest = digestOf(draftOf(world, called));
      if (world.actor(name).seen.some((seen) => seen.digest === digest)) fail(`${called} is there`);
    },
  },
];
