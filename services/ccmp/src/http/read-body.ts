import type { IncomingMessage } from 'node:http';

/** What came of reading a body. */
export type BodyOutcome =
  | { readonly kind: 'read'; readonly octets: Buffer }
  | { readonly kind: 'too-large' }
  /** The client went away before its end. */
  | { readonly kind: 'aborted' };

/** Reads a body of at most `maxBytes`; stops at once when it is longer, whatever was announced. Never rejects. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyOutcome> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const settle = (outcome: BodyOutcome): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      resolve(outcome);
    };
    const onData = (piece: Buffer): void => {
      size += piece.byteLength;
      if (size <= maxBytes) {
        pieces.push(piece);
        return;
      }
      request.pause();
      settle({ kind: 'too-large' });
    };
    const onEnd = (): void => settle({ kind: 'read', octets: Buffer.concat(pieces, size) });
    const onClose = (): void => settle({ kind: 'aborted' });
    request.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose);
  });
}
