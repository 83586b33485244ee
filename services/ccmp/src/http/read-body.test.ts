import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from './read-body.js';

function body(): { stream: PassThrough; request: IncomingMessage } {
  const stream = new PassThrough();
  return { stream, request: stream as unknown as IncomingMessage };
}

it('a body is read whole, however it is cut', async () => {
  const { stream, request } = body();
  const read = readBody(request, 10);
  stream.write('hel');
  stream.end('lo');
  expect(await read).toEqual({ kind: 'read', octets: Buffer.from('hello') });
});

it('SEC-013 one that is too long is given up at once, before its end', async () => {
  const { stream, request } = body();
  const read = readBody(request, 4);
  stream.write('hello');
  expect(await read).toEqual({ kind: 'too-large' });
});

it('one whose client goes away is aborted', async () => {
  const { stream, request } = body();
  const read = readBody(request, 10);
  stream.write('he');
  stream.destroy();
  expect(await read).toEqual({ kind: 'aborted' });
});
