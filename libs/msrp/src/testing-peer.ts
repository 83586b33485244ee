import { encodeRequest, encodeResponse, type RequestFields } from './encoder.js';
import type { MsrpRequest, MsrpResponse } from './message.js';
import { createSession, step, type SessionState } from './session.js';
import type { OutgoingMessage, SessionInput, SessionOptions, SessionOutput } from './session.types.js';
import { collected } from './testing.js';
import { msrpUri } from './uri.js';

export const localUri = msrpUri({ host: 'client.example', port: 2855, sessionId: 'mine' });
export const remoteUri = msrpUri({ host: 'switch.example', port: 2856, sessionId: 'theirs' });

/** A session driven by hand: what it wrote, read back, and everything else it said. */
export class Peer {
  state: SessionState;
  nowMs = 1000;
  seed = 0;
  /** Everything written and not yet read as messages. */
  wire: Uint8Array[] = [];
  said: SessionOutput[] = [];

  constructor(options: Partial<SessionOptions> = {}) {
    this.state = createSession({ localUri, remotePath: [remoteUri], ...options });
  }

  give(input: SessionInput): SessionOutput[] {
    const random = (sizeBytes: number): Uint8Array =>
      Uint8Array.from(
        { length: sizeBytes },
        () => (this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) >>> 0) >>> 16,
      );
    const { state, outputs } = step(this.state, input, { nowMs: this.nowMs, random });
    this.state = state;
    for (const output of outputs) {
      if (output.kind === 'write') this.wire.push(output.octets);
      else this.said.push(output);
    }
    return outputs;
  }

  /** The messages written since the last call; fails when what was written is not whole messages. */
  written(): Message[] {
    const octets = Buffer.concat(this.wire);
    this.wire = [];
    return collected([octets]) as Message[];
  }

  /** What was said since the last call, timers left out. */
  heard(): SessionOutput[] {
    const { said } = this;
    this.said = [];
    return said.filter((output) => output.kind !== 'set-timer' && output.kind !== 'cancel-timer');
  }

  respond(transactionId: string, status = 200): SessionOutput[] {
    const text = encodeResponse({ transactionId, status, toPath: [localUri], fromPath: [remoteUri] });
    const [event] = collected([Buffer.from(text)]) as [{ response: MsrpResponse }];
    return this.give({ kind: 'response-received', response: event.response });
  }

  receive(fields: Partial<RequestFields>): SessionOutput[] {
    const octets = encodeRequest({
      transactionId: 'peer1234',
      method: 'SEND',
      toPath: [localUri],
      fromPath: [remoteUri],
      messageId: 'p123',
      ...fields,
    });
    const [event] = collected([octets]) as [MsrpRequest & { body: string | undefined }];
    const body = event.body === undefined ? undefined : Buffer.from(event.body, 'latin1');
    return this.give({ kind: 'request-received', request: { head: event.head, body, flag: event.flag } });
  }

  send(messageId: string, sizeBytes = 5, fields: Partial<OutgoingMessage> = {}): SessionOutput[] {
    const message = { messageId, contentType: 'text/plain', body: Buffer.alloc(sizeBytes, 'x'), ...fields };
    return this.give({ kind: 'send-requested', message });
  }

  bind(): this {
    this.give({ kind: 'connected' });
    this.respond(this.written()[0]?.head.transactionId ?? '');
    this.heard();
    return this;
  }
}

export interface Message {
  readonly type: string;
  readonly head: MsrpRequest['head'];
  readonly body: string | undefined;
  readonly flag: string;
  readonly response: MsrpResponse;
}
