import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KeptMessage } from '@plenary/proto/history';
import { ConferenceMessage, HistoryRight } from '@plenary/proto/roomstate';
import { RpcFault } from '@plenary/service';
import { answerText, type CcmpAnswer, ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

let installation: Installation;
const room = 'xcon:minutes@localhost';

beforeAll(async () => {
  installation = await startInstallation();
});
beforeEach(() => {
  for (const calls of Object.values(installation.asked)) calls.splice(0);
  installation.script = {
    ...installation.script,
    perform: ({ object }) => ({
      code: 200,
      object,
      history: HistoryRight.fromPartial({ room: 'ROOM', defaultCount: 20, maximumCount: 100 }),
    }),
    read: () => ({ messages: [], cursor: '' }),
    erase: () => ({ erased: 3n }),
  };
});
afterAll(() => installation.stop());

function ask(attributes: string, operation = 'retrieve', confObjID: string | null = room): Promise<CcmpAnswer> {
  const inner = `<extensionName>chatHistory</extensionName>${attributes === '' ? '' : `<chat:history-request ${attributes}/>`}`;
  return postCcmp(
    installation.url,
    ccmpRequest('extended', {
      subject: alicesSubject,
      confUserID: alice,
      ...(confObjID === null ? {} : { confObjID }),
      operation,
      inner,
    }),
  );
}

function kept(text: string | Uint8Array, more: Partial<KeptMessage> = {}, headers = ''): KeptMessage {
  const head =
    'From: "Bob B." <sip:bob@localhost>\r\nTo: <sip:minutes@localhost>\r\nDateTime: 2026-11-29T12:00:00Z\r\n' +
    `${headers}\r\nContent-Type: text/plain;charset=utf-8\r\n\r\n`;
  return KeptMessage.fromPartial({
    room: 'ROOM',
    epoch: 1,
    seq: 42n,
    senderPid: 'P',
    senderEntity: 'sip:bob@localhost',
    senderUserId: 'xcon-userid:bob@localhost',
    senderNickname: 'Bobby',
    wrappedType: 'text/plain',
    messageId: 'm1',
    receivedAtUs: 1_764_417_600_123_456n,
    octets: Buffer.concat([Buffer.from(head), Buffer.from(text)]),
    ...more,
  });
}

describe('chatHistory/retrieve', () => {
  it('HIST-005 asks room-state for the right, and history for what it may give', async () => {
    const answer = await ask('since="2026-11-29T12:00:00.000Z" before="2026-11-29T13:00:00+01:00" count="7"');
    expect(answer.code).toBe(200);
    expect(installation.asked.perform[0]).toMatchObject({ message: ConferenceMessage.HISTORY, object: room });
    expect(installation.asked.read[0]).toEqual({
      room: 'ROOM',
      sinceUs: 1_795_953_600_000_000n,
      beforeUs: 1_795_953_600_000_000n,
      count: 7,
      cursor: '',
      forward: false,
    });
  });

  it('HIST-003 the count is the room’s own without one, and its maximum at most', async () => {
    await ask('');
    await ask('count="0"');
    await ask('count="5000" direction="forward"');
    expect(installation.asked.read.map(({ count }) => count)).toEqual([20, 0, 100]);
    expect(installation.asked.read.map(({ forward }) => forward)).toEqual([false, false, true]);
  });

  it('HIST-008 who may read only from the join on gets nothing from before, whatever is asked', async () => {
    installation.script.perform = () => ({
      code: 200,
      history: HistoryRight.fromPartial({ room: 'ROOM', fromUs: 1_795_953_600_000_000n, maximumCount: 10 }),
    });
    await ask('since="2020-01-01T00:00:00Z"');
    await ask('since="2027-01-01T00:00:00Z"');
    expect(installation.asked.read.map(({ sinceUs }) => sinceUs)).toEqual([
      1_795_953_600_000_000n,
      1_798_761_600_000_000n,
    ]);
  });

  it('HIST-001 the conference may be named by any of its URIs', async () => {
    await ask('conference="sip:minutes@localhost"', 'retrieve', null);
    expect(installation.asked.perform[0]?.object).toBe('sip:minutes@localhost');
  });

  it('HIST-005 gives messages oldest first, and the cursor', async () => {
    installation.script.read = () => ({
      messages: [kept('first\r\nsecond line <&>'), kept('Žluťoučký 😀', { seq: 43n, senderNickname: '' })],
      cursor: 'onwards',
    });
    const { text } = await ask('');
    expect(text).toContain(
      '<chat:messages cursor="onwards"><chat:message id="1.42" time="2025-11-29T12:00:00.123Z" from="sip:bob@localhost" ' +
        'display-name="Bob B." nickname="Bobby" content-type="text/plain;charset=utf-8" message-id="m1">' +
        '<chat:content>first&#13;\nsecond line &lt;&amp;&gt;</chat:content></chat:message>',
    );
    expect(text).toContain('<chat:content>Žluťoučký 😀</chat:content>');
    expect(text.indexOf('1.42')).toBeLessThan(text.indexOf('1.43'));
  });

  it('what XML cannot hold comes in base64', async () => {
    const octets = new Uint8Array([0, 1, 255, 10]);
    installation.script.read = () => ({ messages: [kept(octets), kept('bell \u0007')] });
    const { text } = await ask('');
    expect(text).toContain('<chat:content encoding="base64">AAH/Cg==</chat:content>');
    expect(text).toContain(`<chat:content encoding="base64">${Buffer.from('bell \u0007').toString('base64')}<`);
  });

  it('FILE-X-004 of a file that is not kept, its metadata', async () => {
    installation.script.read = () => ({ messages: [kept('', { leftOutBytes: 123_456n })] });
    const { text } = await ask('');
    expect(text).toContain('size="123456"/>');
    expect(text).not.toContain('<chat:content');
  });

  it('HIST-009 who spoke is told as it was heard; the identity only to those who may know it now', async () => {
    const anonymous = kept('psst', {
      octets: Buffer.from(
        'From: <sip:anonymous@anonymous.invalid>\r\nTo: <sip:minutes@localhost>\r\n\r\nContent-Type: text/plain\r\n\r\npsst',
      ),
      senderNickname: '',
    });
    installation.script.read = () => ({ messages: [anonymous] });
    const plain = await ask('');
    expect(plain.text).toContain('from="sip:anonymous@anonymous.invalid"');
    expect(plain.text).not.toContain('bob');
    installation.script.perform = () => ({
      code: 200,
      history: HistoryRight.fromPartial({ room: 'ROOM', identities: true, maximumCount: 10, defaultCount: 1 }),
    });
    const entitled = await ask('');
    expect(entitled.text).toContain('user="xcon-userid:bob@localhost"');
    expect(entitled.text).toContain('entity="sip:bob@localhost"');
  });

  it('HIST-010 a room without a log answers 200 with none', async () => {
    const answer = await ask('');
    expect(answer.code).toBe(200);
    expect(answer.text).toContain('<chat:messages/>');
  });

  it.each([401, 404, 423])('HIST-008 SEC-001 without the right, %i, and history is not asked', async (code) => {
    installation.script.perform = () => ({ code });
    const answer = await ask('');
    expect(answer.code).toBe(code);
    expect(answer.text).not.toContain('chat:messages');
    expect(installation.asked.read).toHaveLength(0);
  });

  it.each([
    'since="yesterday"',
    'before="2026-13-01T00:00:00Z"',
    'count="-1"',
    'count="many"',
    'direction="sideways"',
    'colour="red"',
    'user="bob"',
    'conference=""',
  ])('CCMP-041 %s is 400, before anybody is asked', async (attributes) => {
    expect((await ask(attributes)).code).toBe(400);
    expect(installation.asked.authenticate).toHaveLength(0);
  });

  it('CCMP-041 without a conference, 400; a cursor that is not ours, 400', async () => {
    expect((await ask('count="1"', 'retrieve', null)).code).toBe(400);
    installation.script.read = () => {
      throw new RpcFault(status.INVALID_ARGUMENT, 'cursor');
    };
    expect((await ask('cursor="made-up"')).code).toBe(400);
  });

  it('leaves a line for those who audit, without a name in it', async () => {
    installation.logged.splice(0);
    await ask('');
    const line = installation.logged.find((one) => one.includes('"log":"audit"'));
    expect(line).toContain('history.read');
    expect(line).not.toMatch(/alice|minutes/);
  });
});

describe('chatHistory/delete', () => {
  it('LOG-009 erases what one person said', async () => {
    const answer = await ask('user="xcon-userid:bob@localhost"', 'delete');
    expect(answer.code).toBe(200);
    expect(answer.text).toContain('<chat:erased count="3"/>');
    expect(answerText(answer, 'operation')).toBe('delete');
    expect(installation.asked.perform[0]).toMatchObject({ operation: 4, targetUserId: 'xcon-userid:bob@localhost' });
    expect(installation.asked.erase[0]).toEqual({ room: 'ROOM', userId: 'xcon-userid:bob@localhost' });
  });

  it('is 409 on legal hold, 400 without a person, and nothing without the right', async () => {
    installation.script.erase = () => ({ held: true });
    expect((await ask('user="xcon-userid:bob@localhost"', 'delete')).code).toBe(409);
    expect((await ask('', 'delete')).code).toBe(400);
    installation.asked.erase.splice(0);
    installation.script.perform = () => ({ code: 401 });
    expect((await ask('user="xcon-userid:bob@localhost"', 'delete')).code).toBe(401);
    expect(installation.asked.erase).toHaveLength(0);
  });
});
