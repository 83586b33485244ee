import { describe, expect, it } from 'vitest';
import { nicknameSkeleton } from './confusable.js';

describe('nicknameSkeleton', () => {
  it.each([
    ['BOY', 'B0Y'],
    ['BOY', 'ВОУ'],
    ['paypal', 'рaурaӏ'],
    ['Bill', 'BiIl'],
    ['modern', 'modem'],
    ['Zoë', 'zoe'],
    ['Ａlice', 'alice'],
  ])('NICK-X-017 %s looks like %s', (one, other) => {
    expect(nicknameSkeleton(one)).toBe(nicknameSkeleton(other));
  });

  it.each([
    ['BOY', 'BAY'],
    ['Алиса', 'Alice'],
    ['', 'a'],
  ])('NICK-X-017 %s does not look like %s', (one, other) => {
    expect(nicknameSkeleton(one)).not.toBe(nicknameSkeleton(other));
  });
});
