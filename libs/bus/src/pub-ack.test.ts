import { describe, expect, it } from 'vitest';
import { readPubAck } from './pub-ack.js';

const read = (text: string) => readPubAck(new TextEncoder().encode(text));

describe('the answer to a publish', () => {
  it.each([
    ['{"stream":"CHAT_003", "seq":12}', { kind: 'stored', seq: 12, duplicate: false }],
    ['{"stream":"CHAT_003", "seq":12,"duplicate": true}', { kind: 'stored', seq: 12, duplicate: true }],
    [
      '{"stream":"CHAT_003","domain":"hub", "seq":9007199254740991}',
      { kind: 'stored', seq: 2 ** 53 - 1, duplicate: false },
    ],
  ])('%s is stored', (text, result) => {
    expect(read(text)).toEqual(result);
  });

  it.each([
    '{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"},"stream":"CHAT_003","seq":0}',
    '{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"}}',
    '{"error":{"code":400,"err_code":10109,"description":"stream is sealed"}}',
  ])('%s is refused for good', (text) => {
    expect(read(text)).toMatchObject({ kind: 'refused' });
  });

  it.each([
    '{"error":{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}}',
    '{"error":{"code":503,"err_code":10077,"description":"raft: not leader"}}',
    '{"error":{}}',
    '{"stream":"CHAT_003"}',
    '{"stream":"CHAT_003","seq":0}',
    'null',
    '12',
    'no JSON at all',
    '',
  ])('%s is tried again', (text) => {
    expect(read(text)).toMatchObject({ kind: 'passing' });
  });
});
