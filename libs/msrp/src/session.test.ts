import { describe, expect, it } from 'vitest';
import { encodeReport } from './encoder.js';
import { MsrpError } from './errors.js';
import type { MsrpRequest } from './message.js';
import { createSession } from './session.js';
import type { SessionOutput } from './session.types.js';
import { collected } from './testing.js';
import { localUri, Peer, remoteUri } from './testing-peer.js';
import { msrpUri } from './uri.js';

describe('binding', () => {
  it('TRN-009 MSRP-006 begins with a SEND without body at once', () => {
    const peer = new Peer();
    peer.give({ kind: 'connected' });
    expect(peer.written()).toMatchObject([
      {
        head: { method: 'SEND', toPath: [remoteUri], fromPath: [localUri], contentType: undefined },
        body: undefined,
        flag: '$',
      },
    ]);
    expect(peer.state.phase).toBe('binding');
  });

  it('TRN-009 is open when that is answered 200', () => {
    const peer = new Peer();
    peer.give({ kind: 'connected' });
    peer.respond(peer.written()[0]?.head.transactionId ?? '');
    expect(peer.heard()).toEqual([{ kind: 'bound' }]);
    expect(peer.state.phase).toBe('open');
  });

  it.each([481, 506, 400])('RPT-019 closes when that is answered %d', (status) => {
    const peer = new Peer();
    peer.give({ kind: 'connected' });
    peer.respond(peer.written()[0]?.head.transactionId ?? '', status);
    expect(peer.heard()).toEqual([{ kind: 'close', reason: 'bind-refused', status }]);
  });

  it('RPT-004 closes when that is not answered in 30 s', () => {
    const peer = new Peer();
    expect(peer.give({ kind: 'connected' })).toContainEqual({ kind: 'set-timer', atMs: 31_000 });
    peer.nowMs = 30_999;
    peer.give({ kind: 'timer-fired' });
    expect(peer.state.phase).toBe('binding');
    peer.nowMs = 31_000;
    peer.give({ kind: 'timer-fired' });
    expect(peer.heard()).toEqual([{ kind: 'close', reason: 'bind-timeout', status: undefined }]);
  });

  it('TRN-009 sends what was asked before there was a connection after the first SEND', () => {
    const peer = new Peer();
    peer.send('m123');
    expect(peer.written()).toEqual([]);
    peer.give({ kind: 'connected' });
    expect(peer.written().map(({ head }) => head.messageId === 'm123')).toEqual([false, true]);
  });
});

describe('sending', () => {
  it('RPT-001 RPT-002 says sent when the 200 came', () => {
    const peer = new Peer().bind();
    peer.send('m123');
    const [message] = peer.written();
    expect(message).toMatchObject({
      body: 'xxxxx',
      head: { messageId: 'm123', byteRange: { start: 1, end: 5, total: 5 } },
    });
    expect(peer.heard()).toEqual([]);
    peer.respond(message?.head.transactionId ?? '');
    expect(peer.heard()).toEqual([{ kind: 'sent', messageId: 'm123' }]);
  });

  it('MSRP-021 ignores a response to nothing, and one with another flag', () => {
    const peer = new Peer().bind();
    peer.send('m123');
    const id = peer.written()[0]?.head.transactionId ?? '';
    peer.respond('other123');
    const response = {
      kind: 'response' as const,
      transactionId: id,
      status: 200,
      comment: '',
      toPath: [],
      fromPath: [],
      messageId: undefined,
      flag: '+' as const,
    };
    peer.give({ kind: 'response-received', response });
    expect(peer.heard()).toEqual([]);
  });

  it('RPT-004 fails a message 30 s after its last octet, the session lives on', () => {
    const peer = new Peer().bind();
    peer.send('m123');
    expect(peer.said).toContainEqual({ kind: 'set-timer', atMs: 31_000 });
    peer.nowMs = 31_000;
    peer.give({ kind: 'timer-fired' });
    expect(peer.heard()).toEqual([{ kind: 'failed', messageId: 'm123', failure: 'timeout' }]);
    expect(peer.state.phase).toBe('open');
  });

  it('RPT-002 waits for nothing with partial or no, yet takes an error with partial', () => {
    const peer = new Peer().bind();
    peer.send('m123', 5, { failureReport: 'partial' });
    peer.send('m124', 5, { failureReport: 'no' });
    expect(peer.heard()).toEqual([
      { kind: 'sent', messageId: 'm123' },
      { kind: 'sent', messageId: 'm124' },
    ]);
    const [first, second] = peer.written();
    peer.respond(first?.head.transactionId ?? '', 403);
    peer.respond(second?.head.transactionId ?? '', 403);
    expect(peer.heard()).toEqual([{ kind: 'failed', messageId: 'm123', failure: 403 }]);
  });

  it('RPT-013 RPT-016 interrupts a large message for a response, and goes on where it was', () => {
    const peer = new Peer({ writeBytes: 5000 }).bind();
    const body = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
    expect(peer.send('m123', 0, { body }).at(-1)?.kind).toBe('want-writable');
    peer.receive({ contentType: 'text/plain', body: Buffer.from('hi') });
    while (peer.said.some((output) => output.kind === 'want-writable')) {
      peer.heard();
      peer.give({ kind: 'writable' });
    }
    const messages = peer.written();
    expect(messages.map(({ type, flag, head }) => [type, flag, head?.byteRange?.start])).toEqual([
      ['request', '+', 1],
      ['response', undefined, undefined],
      ['request', '$', 5001],
    ]);
    expect(messages[0]?.head.byteRange).toEqual({ start: 1, end: undefined, total: 20_000 });
    expect(Buffer.from(messages.map((message) => message.body ?? '').join(''), 'latin1').equals(body)).toBe(true);
    for (const { head } of messages) if (head !== undefined) peer.respond(head.transactionId);
    expect(peer.heard()).toContainEqual({ kind: 'sent', messageId: 'm123' });
  });

  it('RPT-015 lets a small message overtake a large one', () => {
    const peer = new Peer({ writeBytes: 5000 }).bind();
    peer.send('m123', 20_000);
    peer.send('m124', 5);
    while (peer.said.some((output) => output.kind === 'want-writable')) {
      peer.heard();
      peer.give({ kind: 'writable' });
    }
    expect(peer.written().map(({ head, flag }) => [head.messageId, flag])).toEqual([
      ['m123', '+'],
      ['m124', '$'],
      ['m123', '$'],
    ]);
  });

  it.each([
    ['yes', 1],
    ['partial', 1],
    ['no', 0],
  ] as const)(
    'RPT-017 hears a 413 that comes before the last octet is out, Failure-Report %s',
    (failureReport, told) => {
      const peer = new Peer({ writeBytes: 3000 }).bind();
      const [head] = peer.send('m123', 0, { body: Buffer.alloc(20_000), failureReport });
      const started = head?.kind === 'write' ? Buffer.from(head.octets).toString('latin1') : '';
      peer.respond(/^MSRP (\S+) SEND/.exec(started)?.[1] ?? '', 413);
      const failed = peer.heard().filter((output) => output.kind === 'failed');
      expect(failed).toEqual(Array.from({ length: told }, () => ({ kind: 'failed', messageId: 'm123', failure: 413 })));
      if (told === 1) expect(peer.written().map(({ flag }) => flag)).toEqual(['#']);
    },
  );

  it('RPT-002 takes a 200 that is faster than its request for the answer to it, once', () => {
    const peer = new Peer({ writeBytes: 3000 }).bind();
    const [head] = peer.send('m123', 0, { body: Buffer.alloc(20_000) });
    const started = head?.kind === 'write' ? Buffer.from(head.octets).toString('latin1') : '';
    const transactionId = /^MSRP (\S+) SEND/.exec(started)?.[1] ?? '';
    peer.respond(transactionId);
    peer.respond(transactionId);
    expect(peer.heard().filter((output) => output.kind === 'sent')).toEqual([]);
    for (let turn = 0; turn < 7; turn++) peer.give({ kind: 'writable' });
    expect(peer.heard().filter((output) => output.kind === 'sent')).toEqual([{ kind: 'sent', messageId: 'm123' }]);
  });

  it.each([
    ['RPT-017', 413],
    ['RPT-018', 403],
    ['ERR-002', 499],
  ])('%s ends a chunk under way with # after %d', (_id, status) => {
    const peer = new Peer({ writeBytes: 3000 }).bind();
    peer.send('m123', 10_000);
    peer.send('m124', 10_000);
    // One chunk of the first is out and interrupted, the second is under way.
    peer.give({ kind: 'writable' });
    const report = { method: 'REPORT', messageId: 'm124', status: { namespace: '000', code: status, comment: '' } };
    peer.receive(report);
    expect(peer.heard()).toContainEqual({ kind: 'failed', messageId: 'm124', failure: status });
    peer.give({ kind: 'abort-requested', messageId: 'm123' });
    const flags = peer.written().map(({ head, flag }) => [head.messageId, flag]);
    expect(flags.filter(([, flag]) => flag === '#').length).toBeGreaterThan(0);
    peer.give({ kind: 'writable' });
    expect(peer.written()).toEqual([]);
  });

  it('RPT-019 415 stops the type, 481 and 506 end the session, 408 is a timeout, 427 is 404', () => {
    const outcome = (status: number): [SessionOutput[], Peer] => {
      const peer = new Peer().bind();
      peer.send('m123');
      peer.respond(peer.written()[0]?.head.transactionId ?? '', status);
      return [peer.heard(), peer];
    };
    const [refused, peer] = outcome(415);
    expect(refused).toEqual([{ kind: 'failed', messageId: 'm123', failure: 415 }]);
    peer.send('m124', 5, { contentType: 'TEXT/plain; charset=utf-8' });
    peer.send('m125', 5, { contentType: 'text/html' });
    expect(peer.heard()).toEqual([{ kind: 'failed', messageId: 'm124', failure: 'type-refused' }]);
    for (const status of [481, 506]) {
      expect(outcome(status)[0]).toEqual([
        { kind: 'failed', messageId: 'm123', failure: status },
        { kind: 'close', reason: 'ended-by-peer', status },
      ]);
    }
    expect(outcome(408)[0]).toEqual([{ kind: 'failed', messageId: 'm123', failure: 'timeout' }]);
    expect(outcome(427)[0]).toEqual([{ kind: 'failed', messageId: 'm123', failure: 404 }]);
  });

  it('RPT-016 refuses what it cannot take: a Message-ID twice, or too many', () => {
    const peer = new Peer({ outgoingMessages: 2 }).bind();
    for (const id of ['m123', 'm123', 'm124', 'm125']) peer.send(id);
    expect(peer.heard()).toEqual([
      { kind: 'failed', messageId: 'm123', failure: 'duplicate' },
      { kind: 'failed', messageId: 'm125', failure: 'queue-full' },
    ]);
  });

  it('TRN-014 fails everything when the connection is lost', () => {
    const peer = new Peer().bind();
    peer.send('m123');
    peer.give({ kind: 'nickname-requested', nickname: 'a' });
    peer.give({ kind: 'transport-closed' });
    expect(peer.heard()).toEqual([
      { kind: 'nickname-answered', nickname: 'a', status: 'not-possible' },
      { kind: 'failed', messageId: 'm123', failure: 'closed' },
      { kind: 'close', reason: 'transport-closed', status: undefined },
    ]);
    peer.send('m124');
    expect(peer.heard()).toEqual([{ kind: 'failed', messageId: 'm124', failure: 'closed' }]);
  });
});

describe('receiving', () => {
  const body = Buffer.from('hello');
  const contentType = 'text/plain';

  it('RPT-002 RPT-003 delivers a message and answers it by its Failure-Report', () => {
    const peer = new Peer().bind();
    peer.receive({ contentType, body });
    expect(peer.heard()).toMatchObject([{ kind: 'deliver', messageId: 'p123', contentType, body }]);
    expect(peer.written()).toMatchObject([
      {
        response: {
          transactionId: 'peer1234',
          status: 200,
          toPath: [remoteUri],
          fromPath: [localUri],
          messageId: 'p123',
        },
      },
    ]);
    for (const failureReport of ['partial', 'no'] as const) peer.receive({ contentType, body, failureReport });
    expect(peer.heard()).toHaveLength(2);
    expect(peer.written()).toEqual([]);
  });

  it('RPT-007 reports success once the whole message came, also without any response', () => {
    const peer = new Peer().bind();
    const chunk = { contentType, successReport: true, failureReport: 'no' as const };
    peer.receive({ ...chunk, body, byteRange: { start: 1, end: undefined, total: 10 }, flag: '+' });
    expect(peer.written()).toEqual([]);
    peer.receive({ ...chunk, body, byteRange: { start: 6, end: 10, total: 10 } });
    expect(peer.written()).toMatchObject([
      {
        head: {
          method: 'REPORT',
          messageId: 'p123',
          byteRange: { start: 1, end: 10, total: 10 },
          status: { code: 200 },
        },
      },
    ]);
    expect(peer.heard()).toMatchObject([{ kind: 'deliver' }]);
  });

  it('RPT-020 refuses a message above its limit', () => {
    const peer = new Peer({ messageBytes: 4 }).bind();
    peer.receive({ contentType, body });
    expect(peer.written()).toMatchObject([{ response: { status: 413 } }]);
    expect(peer.heard()).toEqual([]);
  });

  it('TRN-030 answers a SEND without body and delivers nothing', () => {
    const peer = new Peer().bind();
    peer.receive({});
    expect(peer.written()).toMatchObject([{ response: { status: 200 } }]);
    expect(peer.heard()).toEqual([]);
  });

  it('TRN-011 answers 481 to another To-Path, or to two URIs, and does nothing', () => {
    const peer = new Peer().bind();
    const other = msrpUri({ host: 'client.example', port: 2855, sessionId: 'Mine' });
    for (const toPath of [[other], [localUri, localUri]]) peer.receive({ toPath, contentType, body });
    expect(peer.written()).toMatchObject([{ response: { status: 481 } }, { response: { status: 481 } }]);
    peer.receive({ toPath: [other], contentType, body, failureReport: 'no' });
    expect(peer.written()).toEqual([]);
    expect(peer.heard()).toEqual([]);
  });

  it.each(['NICKNAME', 'AUTH', 'FOO'])('MSRP-018 TRN-022 answers %s with 501', (method) => {
    const peer = new Peer().bind();
    peer.receive({ method, ...(method === 'NICKNAME' ? { useNickname: 'a' } : {}) });
    expect(peer.written()).toMatchObject([{ response: { status: 501 } }]);
  });

  it('RPT-006 never answers a REPORT, good or bad, and ignores other namespaces', () => {
    const peer = new Peer().bind();
    peer.receive({ method: 'REPORT' });
    peer.receive({ method: 'REPORT', status: { namespace: '001', code: 481, comment: '' } });
    expect(peer.heard()).toEqual([]);
    const byteRange = { start: 1, end: 5, total: 5 };
    peer.receive({ method: 'REPORT', byteRange, status: { namespace: '000', code: 200, comment: '' } });
    expect(peer.heard()).toEqual([{ kind: 'reported', messageId: 'p123', status: 200, byteRange }]);
    expect(peer.written()).toEqual([]);
  });

  it('MSRP-020 answers a bad request and lives on', () => {
    const peer = new Peer().bind();
    const head = { transactionId: 'abcd1234', method: 'SEND', toPath: [localUri], fromPath: [remoteUri] };
    peer.give({ kind: 'bad-request-received', error: new MsrpError('bad-message-id'), head });
    expect(peer.written()).toMatchObject([{ response: { status: 400, transactionId: 'abcd1234' } }]);
    expect(peer.state.phase).toBe('open');
  });
});

describe('NICKNAME', () => {
  it.each([200, 423, 424, 425])('MSRP-004 gives the answer %d to whoever asked', (status) => {
    const peer = new Peer().bind();
    peer.give({ kind: 'nickname-requested', nickname: 'Alice "A"' });
    const [request] = peer.written();
    expect(request).toMatchObject({ head: { method: 'NICKNAME', useNickname: 'Alice "A"', messageId: undefined } });
    peer.respond(request?.head.transactionId ?? '', status);
    expect(peer.heard()).toEqual([{ kind: 'nickname-answered', nickname: 'Alice "A"', status }]);
  });
});

describe('createSession', () => {
  it('TRN-021 needs a path', () => {
    expect(() => createSession({ localUri, remotePath: [] })).toThrow(RangeError);
  });

  it('TRN-021 RPT-006 takes a REPORT written by a peer', () => {
    const peer = new Peer().bind();
    const report = encodeReport({
      transactionId: 'abcd1234',
      toPath: [localUri],
      fromPath: [remoteUri],
      messageId: 'm999',
      byteRange: undefined,
      status: 404,
    });
    const [event] = collected([Buffer.from(report)]) as [MsrpRequest];
    peer.give({ kind: 'request-received', request: { ...event, body: undefined } });
    expect(peer.heard()).toEqual([{ kind: 'reported', messageId: 'm999', status: 404, byteRange: undefined }]);
  });
});
