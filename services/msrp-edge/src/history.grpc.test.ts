import { HistoryServiceService, KeptMessage, type HistoryServiceServer } from '@plenary/proto/history';
import { handler, startGrpcServer } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import { expect, it } from 'vitest';
import { grpcHistory } from './history.grpc.js';

it('HIST-004 a page of history is taken whatever size history gives it', async () => {
  const telemetry = createTelemetry({ service: 'msrp-edge', hashKey: 'a key for tests only', level: 'error' });
  const none = handler(() => Promise.reject(new Error('not asked')));
  const service: HistoryServiceServer = {
    query: none,
    erase: none,
    read: handler(({ count }) =>
      Promise.resolve({
        messages: [KeptMessage.fromPartial({ octets: Buffer.alloc(6 * 1024 * 1024) })],
        cursor: String(count),
        recordedEpoch: 1,
        recordedSeq: 7n,
      }),
    ),
  };
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    setting: 'PORT',
    services: [[HistoryServiceService, service]],
    logger: telemetry.logger('history'),
  });
  const history = grpcHistory(server.address, 5_000);
  try {
    const page = await history.read('01HZZZZZZZZZZZZZZZZZZZZZZZ', 3, '');
    expect([page.messages[0]?.octets.length, page.cursor]).toEqual([6 * 1024 * 1024, '3']);
  } finally {
    history.close();
    await server.drain(0);
    await telemetry.shutdown();
  }
});
