import type { OutgoingMessage } from '@plenary/msrp';
import { describe, expect, it } from 'vitest';
import type { MsrpLine, SendOutcome } from './msrp-line.js';
import { Outgoing } from './outgoing.js';

/** A line that answers when told to. */
class FakeLine {
  readonly sent: string[] = [];
  readonly aborted: string[] = [];
  readonly #answers = new Map<string, (outcome: SendOutcome) => void>();

  get asLine(): MsrpLine {
    return this as unknown as MsrpLine;
  }

  send(message: OutgoingMessage): Promise<SendOutcome> {
    this.sent.push(message.messageId);
    return new Promise((resolve) => this.#answers.set(message.messageId, resolve));
  }

  abort(messageId: string): void {
    this.aborted.push(messageId);
  }

  answer(messageId: string, outcome: SendOutcome): void {
    this.#answers.get(messageId)?.(outcome);
  }
}

const message = (messageId: string): OutgoingMessage => ({
  messageId,
  contentType: 'message/cpim',
  body: new Uint8Array(0),
});
const accepted: SendOutcome = { kind: 'accepted' };
const closed: SendOutcome = { kind: 'failed', failure: 'closed' };

describe('what was said and is not answered for', () => {
  it('TRN-016 goes out again over the next line, in order and with its Message-ID', async () => {
    const outgoing = new Outgoing();
    const [first, second] = [new FakeLine(), new FakeLine()];
    outgoing.useLine(first.asLine);
    const outcomes = ['one', 'two', 'three'].map((id) => outgoing.send(message(id)));
    first.answer('one', accepted);
    expect(await outcomes[0]).toEqual(accepted);
    outgoing.hold();
    for (const id of ['two', 'three']) first.answer(id, closed);
    const four = outgoing.send(message('four'));
    expect(first.sent).toEqual(['one', 'two', 'three']);
    outgoing.useLine(second.asLine);
    expect(second.sent).toEqual(['two', 'three', 'four']);
    for (const id of second.sent) second.answer(id, accepted);
    expect(await Promise.all([...outcomes, four])).toEqual([accepted, accepted, accepted, accepted]);
  });

  it('TRN-016 is not sent twice over a line that was only held back', async () => {
    const outgoing = new Outgoing();
    const line = new FakeLine();
    outgoing.useLine(line.asLine);
    const one = outgoing.send(message('one'));
    outgoing.hold();
    outgoing.useLine(line.asLine);
    line.answer('one', { kind: 'failed', failure: 403 });
    expect(await one).toEqual({ kind: 'failed', failure: 403 });
    expect(line.sent).toEqual(['one']);
  });

  it('TRN-014 takes 481 of a session that has moved on for nothing, and of one that stands for an answer', async () => {
    const outgoing = new Outgoing();
    const [first, second] = [new FakeLine(), new FakeLine()];
    outgoing.useLine(first.asLine);
    const one = outgoing.send(message('one'));
    outgoing.hold();
    first.answer('one', { kind: 'failed', failure: 481 });
    outgoing.useLine(second.asLine);
    second.answer('one', { kind: 'failed', failure: 481 });
    expect(await one).toEqual({ kind: 'failed', failure: 481 });
    expect(second.sent).toEqual(['one']);
  });

  it('fails everything at the end, and what is said after it', async () => {
    const outgoing = new Outgoing();
    const one = outgoing.send(message('one'));
    outgoing.end();
    expect(await one).toEqual(closed);
    expect(await outgoing.send(message('two'))).toEqual(closed);
  });

  it('holds 256 messages and refuses the next, and a Message-ID it holds', async () => {
    const outgoing = new Outgoing();
    for (let n = 0; n < 256; n++) void outgoing.send(message(`m${n}`));
    expect(await outgoing.send(message('more'))).toEqual({ kind: 'failed', failure: 'queue-full' });
    outgoing.abort('m7');
    expect(await outgoing.send(message('m8'))).toEqual({ kind: 'failed', failure: 'duplicate' });
  });

  it('gives up a message that never left without a line', async () => {
    const outgoing = new Outgoing();
    const one = outgoing.send(message('one'));
    outgoing.abort('one');
    expect(await one).toEqual({ kind: 'failed', failure: 'aborted' });
  });
});
