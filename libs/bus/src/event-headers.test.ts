import { MsgHdrsImpl, type Msg } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { PublishHeaders, readEventHeaders } from './event-headers.js';

const block = [
  'NATS/1.0',
  'Nats-Msg-Id: R/a/m1/1',
  'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'Nats-Stream: CHAT_003',
  'Nats-Subject: chat.in.003.R.all',
  'Nats-Sequence: 902',
  'Nats-Last-Sequence: 901',
  '',
  '',
].join('\r\n');

/** A message as the library hands it over, its payload at `offset` of `octets`. */
function message(octets: Uint8Array<ArrayBuffer>, offset: number, headers = block): Msg {
  return {
    data: octets.subarray(offset),
    headers: MsgHdrsImpl.decode(new TextEncoder().encode(headers)),
  } as unknown as Msg;
}

describe('headers of a stored event', () => {
  const expected = {
    seq: 902,
    lastSeq: 901,
    msgId: 'R/a/m1/1',
    subject: 'chat.in.003.R.all',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  };

  it('are read where they stand before the payload', () => {
    const before = `MSG x 1 3\r\nNATS/1.0\r\nNats-Sequence: 1\r\n\r\nabc\r\nHMSG chat.out.003.R.all 1 300 303\r\n`;
    const octets = new TextEncoder().encode(`${before}${block}xyz`);
    // The decoded headers are wrong on purpose: they must not have been asked.
    expect(readEventHeaders(message(octets, octets.length - 3, 'NATS/1.0\r\n\r\n'))).toEqual(expected);
  });

  it('are asked of the library where the payload stands alone', () => {
    for (const text of ['xyz', '\r\n\r\nxyz', 'NATS/1.0\r\n\r\nxxyz']) {
      const octets = new TextEncoder().encode(text);
      expect(readEventHeaders(message(octets, octets.length - 3))).toEqual(expected);
    }
  });

  it('say -1 and nothing where they are absent', () => {
    const octets = new TextEncoder().encode('NATS/1.0\r\nOther: x\r\n\r\nxyz');
    const nothing = { seq: -1, lastSeq: -1, msgId: '', subject: '', traceparent: undefined };
    expect(readEventHeaders(message(octets, octets.length - 3))).toEqual(nothing);
    expect(readEventHeaders({ data: new Uint8Array() } as unknown as Msg)).toEqual(nothing);
  });
});

describe('headers of a publish', () => {
  it('are what the library would have written', () => {
    const ours = new PublishHeaders();
    ours.msgId = 'R/a/m1/1';
    ours.traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const theirs = new MsgHdrsImpl();
    theirs.set('Nats-Msg-Id', ours.msgId);
    theirs.set('traceparent', ours.traceparent);
    expect(new TextDecoder().decode(ours.encode())).toBe(new TextDecoder().decode(theirs.encode()));
    ours.traceparent = undefined;
    expect(MsgHdrsImpl.decode(ours.encode()).keys()).toEqual(['Nats-Msg-Id']);
  });
});
