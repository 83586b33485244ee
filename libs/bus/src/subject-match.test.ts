import { expect, it } from 'vitest';
import { subjectMatches } from './subject-match.js';

it.each([
  ['chat.head.003', 'chat.head.003', true],
  ['chat.head.*', 'chat.head.003', true],
  ['chat.head.*', 'chat.head', false],
  ['chat.head.*', 'chat.head.003.x', false],
  ['chat.>', 'chat.out.003.R.st', true],
  ['chat.>', 'chat', false],
  ['*.head.>', 'chat.head.003', true],
  ['chat.head', 'chat.heads', false],
])('%s takes %s: %s', (pattern, subject, taken) => {
  expect(subjectMatches(pattern, subject)).toBe(taken);
});
