import type { StreamConfig } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { defaultStreamSettings, shardStream, streamDrift } from './streams.js';
import { shardId } from './subjects.js';

describe('the stream of a shard', () => {
  const wanted = shardStream(shardId(3), { ...defaultStreamSettings, replicas: 3 });

  it('stores what goes in and puts it out again, plainly mapped', () => {
    expect(wanted).toMatchObject({
      name: 'CHAT_003',
      subjects: ['chat.in.003.>'],
      republish: { src: 'chat.in.003.>', dest: 'chat.out.003.>' },
      num_replicas: 3,
      duplicate_window: 120e9,
      max_msg_size: 131_072,
      allow_direct: true,
      discard: 'old',
      storage: 'file',
    });
  });

  it('has no drift against what a broker adds', () => {
    const found: Partial<StreamConfig> = {
      ...wanted,
      republish: { dest: 'chat.out.003.>', src: 'chat.in.003.>', headers_only: false },
      max_msgs: -1,
      sealed: false,
    };
    expect(streamDrift(wanted, found)).toEqual([]);
  });

  it('names every setting that differs', () => {
    const { republish: _republish, ...rest } = wanted;
    expect(streamDrift(wanted, { ...rest, num_replicas: 1 })).toEqual([
      'republish is null, not {"dest":"chat.out.003.>","src":"chat.in.003.>"}',
      'num_replicas is 1, not 3',
    ]);
  });
});
