import { MsgHdrsImpl, type Msg } from '@nats-io/transport-node';

/** What the headers of a stored event say; a number the source does not give is -1. */
export interface EventHeaders {
  readonly seq: number;
  readonly lastSeq: number;
  readonly msgId: string;
  readonly subject: string;
  readonly traceparent: string | undefined;
}

const PREAMBLE = 'NATS/1.0\r\n';
/** No header block of ours is longer; beyond it the library's parser is asked. */
const MAX_BLOCK_BYTES = 4_096;

/**
 * Reads the headers of a stored event, live or read from the log.
 *
 * The client library decodes headers into a map with canonical names, 5 us a message. Its payloads are views on the
 * buffer the message came in, with the header block right before, so the block is looked for there, checked
 * (`NATS/1.0` CRLF … empty line) and searched as text: 1 us. Where it is not found there, the library decodes it.
 */
export function readEventHeaders(message: Msg): EventHeaders {
  const block = headerBlockBefore(message.data);
  if (block !== undefined) {
    return {
      seq: numberField(block, '\r\nNats-Sequence: '),
      lastSeq: numberField(block, '\r\nNats-Last-Sequence: '),
      msgId: field(block, '\r\nNats-Msg-Id: ') ?? '',
      subject: field(block, '\r\nNats-Subject: ') ?? '',
      traceparent: field(block, '\r\ntraceparent: '),
    };
  }
  const headers = message.headers;
  return {
    seq: toNumber(headers?.get('Nats-Sequence')),
    lastSeq: toNumber(headers?.get('Nats-Last-Sequence')),
    msgId: headers?.get('Nats-Msg-Id') ?? '',
    subject: headers?.get('Nats-Subject') ?? '',
    traceparent: headers?.get('traceparent') || undefined,
  };
}

/** The block as text, from the CRLF that ends its first line; undefined if it does not stand before the payload. */
function headerBlockBefore(data: Uint8Array): string | undefined {
  const end = data.byteOffset;
  const start = Math.max(0, end - MAX_BLOCK_BYTES);
  const before = Buffer.from(data.buffer, start, end - start);
  const length = before.length;
  if (length < PREAMBLE.length + 2) return undefined;
  if (before[length - 1] !== 10 || before[length - 2] !== 13) return undefined;
  if (before[length - 3] !== 10 || before[length - 4] !== 13) return undefined;
  const at = before.lastIndexOf(PREAMBLE);
  return at < 0 ? undefined : before.toString('latin1', at + PREAMBLE.length - 2, length);
}

/** Value of the field that `name` begins, given as CR LF name colon space. */
export function field(block: string, name: string): string | undefined {
  const at = block.indexOf(name);
  if (at < 0) return undefined;
  return block.slice(at + name.length, block.indexOf('\r', at + name.length));
}

function numberField(block: string, name: string): number {
  return toNumber(field(block, name));
}

function toNumber(text: string | undefined): number {
  return text === undefined || text === '' ? -1 : Number(text);
}

/**
 * The headers of a publish, written at once: 0.3 us instead of 3.5 us for a map of one. One object serves all publishes
 * of a connection, because the library encodes it before `publish` returns.
 */
export class PublishHeaders extends MsgHdrsImpl {
  msgId = '';
  traceparent: string | undefined;

  override encode(): Uint8Array {
    const trace = this.traceparent === undefined ? '' : `traceparent: ${this.traceparent}\r\n`;
    return Buffer.from(`${PREAMBLE}Nats-Msg-Id: ${this.msgId}\r\n${trace}\r\n`, 'latin1');
  }
}
