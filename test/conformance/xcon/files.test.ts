import { attributeOf } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { described, inDocument, mediaIn } from '../raw/conference.js';
import { ident } from '../raw/messages.js';
import { field } from '../raw/msrp-socket.js';
import type { Seat } from '../raw/seat.js';
import { conferenceInfoFaults } from '../raw/event-schema.js';
import { conferenceInfo, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';
import { relaxNgFaults, xconDocumentFaults } from '../raw/xcon-schema.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const five = ['ann', 'ben', 'cat', 'dan', 'eve'] as const;

/** A room with these rules for files; empty: it takes none. */
async function room(rules: string, blueprint = 'default'): Promise<MadeRoom> {
  const operator = user('operator');
  const made = await operator.room(blueprint);
  const [{ label } = { label: '' }] = mediaIn(await operator.document(made));
  const files = rules === '' ? '' : `<chat:file-transfer ${rules}/>`;
  await operator.update(
    made,
    described(
      `<info:available-media><info:entry label="${label}"/><info:entry label="AUTO_GENERATE_1"><info:type>message</info:type>${files}</info:entry></info:available-media>`,
    ),
  );
  return made;
}

interface FileParts {
  readonly to?: string;
  readonly type?: string;
  readonly content?: string;
  readonly size?: number;
}

/** A CPIM object with a file in it, as RFC 5547 section 6 and RFC 2183 describe one. */
function file(
  from: Seat,
  { to = from.room, type = 'text/plain', content = 'content', size = content.length }: FileParts = {},
): string {
  return [
    `From: <${from.aor}>`,
    `To: <${to}>`,
    'DateTime: 2026-07-01T12:00:00Z',
    '',
    `Content-Type: ${type}`,
    `Content-Disposition: attachment; filename="plan.txt"; modification-date="Mon, 29 Jun 2026 10:00:00 +0000"; size=${String(size)}`,
    'Content-ID: <thumbnail@localhost>',
    '',
    content,
  ].join('\r\n');
}

const sent = async (seat: Seat, parts?: FileParts): Promise<number> =>
  (await seat.ask({ body: file(seat, parts) })).status;
const holding = (seat: Seat, text: string): number =>
  seat.copies().filter(({ body }) => body?.includes(text) === true).length;

describe('files', () => {
  it('FILE-X-001 FILE-X-005 a room says what files it takes, in a way a strict reader passes over', async () => {
    const operator = user('operator');
    const made = await room(
      'direction="sendrecv" max-size="1000" types="text/plain image/*" to="one" keep-content="true"',
    );
    const document = await operator.document(made);
    const files = inDocument(document, 'conference-description', 'available-media', 'entry', 'file-transfer');
    expect(files?.ns).toBe('urn:x-plenary:ns:chat:1');
    const said = ['direction', 'max-size', 'types', 'to', 'keep-content'].map((name) => attributeOf(files, name));
    expect(said).toEqual(['sendrecv', '1000', 'text/plain image/*', 'one', 'true']);
    expect(xconDocumentFaults(document)).toEqual([]);
    await system.join(made.uri, 'ann');
    const whole = await Subscription.open(await system.caller('operator'), made.uri, { accept: xconInfo });
    const notified = (await whole.notify()).body;
    expect(notified).toContain('file-transfer');
    expect(relaxNgFaults(notified)).toEqual([]);
    const legacy = await Subscription.open(await system.caller('ann'), made.uri, { accept: conferenceInfo });
    expect(conferenceInfoFaults((await legacy.notify()).body)).toEqual([]);
  });

  it('FILE-X-002 too large, of another type, to somebody it does not let, or to a room without files: refused', async () => {
    const content = 'x'.repeat(1_000);
    const made = await room('max-size="1000" types="text/plain" to="room"');
    const [ann, ben] = [await system.join(made.uri, 'ann'), await system.join(made.uri, 'ben')];
    expect(await sent(ann, { content })).toBe(200);
    expect(await sent(ann, { content: `${content}x` })).toBe(413);
    expect(await sent(ann, { content: 'short', size: 1_001 })).toBe(413);
    expect(await sent(ann, { type: 'application/zip' })).toBe(415);
    expect(await sent(ann, { to: ben.aor })).toBe(403);
    await ben.copy(content);
    const plain = await room('');
    const [cat, dan] = [await system.join(plain.uri, 'cat'), await system.join(plain.uri, 'dan')];
    expect(await sent(cat)).toBe(403);
    expect((await cat.say('just a word')).status).toBe(200);
    await dan.copy('just a word');
    expect(holding(dan, 'plan.txt')).toBe(0);
  });

  it('FILE-X-002 an offer for a file transfer of its own is refused by the room', async () => {
    const made = await room('');
    const caller = await system.caller('ann');
    const offered = [
      'v=0',
      'o=user 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      'm=message 7654 TCP/MSRP *',
      'a=sendonly',
      'a=accept-types:message/cpim',
      `a=path:msrp://127.0.0.1:7654/${ident()};tcp`,
      'a=file-selector:name:"plan.txt" type:text/plain size:4092',
      'a=file-transfer-id:42',
      '',
    ].join('\r\n');
    expect((await caller.invite(made.uri, offered)).status).toBe(488);
  });

  it('FILE-X-003 name, size, date and the picture named come to the addressee before the content, and to nobody else', async () => {
    const made = await room('to="both"');
    const [ann, ben, cat] = await Promise.all(['ann', 'ben', 'cat'].map((name) => system.join(made.uri, name)));
    const content = `secret ${'y'.repeat(4_000)}`;
    const whole = file(ann!, { to: ben!.aor, content });
    const cut = whole.indexOf('secret');
    const total = Buffer.byteLength(whole);
    const id = ident();
    const chunk = (from: number, text: string, flag: '+' | '$') =>
      ann!.ask({
        headers: [
          `Message-ID: ${id}`,
          `Byte-Range: ${String(from)}-${String(from + text.length - 1)}/${String(total)}`,
        ],
        body: text,
        flag,
      });
    expect((await chunk(1, whole.slice(0, cut), '+')).status).toBe(200);
    const head = await ben!.copy('plan.txt');
    expect(String(head.body)).toMatch(/filename="plan\.txt"; modification-date="[^"]+"; size=4007/);
    expect(String(head.body)).toContain('thumbnail@localhost');
    expect(String(head.body)).not.toContain('secret');
    expect((await chunk(cut + 1, whole.slice(cut), '$')).status).toBe(200);
    const rest = await ben!.copy('secret');
    expect(field(rest, 'Message-ID')).toBe(field(head, 'Message-ID'));
    expect(await cat!.copiesAfterMarker(ann!, 'plan.txt')).toEqual([]);
    expect(holding(cat!, 'secret')).toBe(0);
  });

  it('FILE-X-004 to one, to some, to all: nobody else gets it', async () => {
    const made = await room('to="both"');
    const [sender, ...others] = await Promise.all(['sam', ...five].map((name) => system.join(made.uri, name)));
    for (const seat of others.slice(0, 3))
      expect(await sent(sender!, { to: seat.aor, content: `for ${seat.aor}` })).toBe(200);
    for (const seat of others.slice(0, 3)) await seat.copy(`for ${seat.aor}`);
    expect(await sent(sender!, { content: 'for everybody' })).toBe(200);
    for (const [index, seat] of others.entries()) {
      await seat.copy('for everybody');
      expect(holding(seat, 'plan.txt'), seat.aor).toBe(index < 3 ? 2 : 1);
    }
  });

  it.each([
    ['false', false],
    ['true', true],
  ])(
    'FILE-X-004 the log has its metadata; its content if the room keeps it (keep-content %s)',
    async (keep, isKept) => {
      const operator = user('operator');
      const made = await room(`to="both" keep-content="${keep}"`, 'logged');
      const ann = await system.join(made.uri, 'ann');
      expect(await sent(ann, { content: 'what stands in it' })).toBe(200);
      await expect.poll(async () => (await operator.history(made.id)).messages.length, { timeout: 10_000 }).toBe(1);
      const stored = await system.query(
        'select convert_from(octets, $1) as octets from history.message where sender_entity = $2 order by received_at desc limit 1',
        ['UTF8', ann.aor],
      );
      const octets = String(stored[0]?.['octets']);
      expect(octets).toContain('filename="plan.txt"');
      expect(octets.includes('what stands in it')).toBe(isKept);
      const [message] = (await operator.history(made.id)).messages;
      expect(JSON.stringify(message)).toContain('plan.txt');
      expect(JSON.stringify(message).includes('what stands in it')).toBe(isKept);
    },
  );
});
