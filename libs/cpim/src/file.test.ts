import { expect, it } from 'vitest';
import { isFile } from './file.js';
import { readHead } from './parser.js';

function fileness(...contentHeaders: string[]): boolean {
  const text = ['From: <sip:a@example.com>', 'To: <sip:room@example.com>', '', ...contentHeaders, '', 'x'].join('\r\n');
  const head = readHead(Buffer.from(text));
  if (!head.ok) throw head.error;
  return isFile(head.value);
}

it.each([
  ['an image', ['Content-Type: image/jpeg']],
  [
    'a named file of text',
    ['Content-Type: text/plain', 'Content-Disposition: render; filename="My cool picture.jpg"; size=4092'],
  ],
  ['a name in RFC 2231 form', ['Content-Type: text/plain', "Content-Disposition: inline; FileName*=utf-8''a"]],
  ['an attachment without a name', ['Content-Type: text/csv', 'Content-Disposition: Attachment']],
  ['octets of any kind', ['Content-Type: application/octet-stream']],
])('FILE-001 %s is a file', (_what, headers) => {
  expect(fileness(...headers)).toBe(true);
});

it.each([
  ['text', ['Content-Type: text/plain;charset=utf-8']],
  ['text to be rendered', ['Content-Type: text/html', 'Content-Disposition: render']],
  ['a composing notice', ['Content-Type: application/im-iscomposing+xml']],
  ['a receipt', ['Content-Type: message/imdn+xml']],
  ['a multipart', ['Content-Type: multipart/alternative;boundary=b']],
])('FILE-X-002 %s is none', (_what, headers) => {
  expect(fileness(...headers)).toBe(false);
});
