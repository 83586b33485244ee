import { createServer, type AddressInfo } from 'node:net';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  HistoryServiceClient,
  HistoryServiceService,
  QueryResponse,
  type HistoryServiceServer,
} from '@plenary/proto/history';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { handler, openGrpcClient, rpcServerMetrics, RpcError, RpcFault, startGrpcServer, unary } from '../index.js';
import type { GrpcServer } from '../index.js';

const opened: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

interface Running {
  readonly server: GrpcServer;
  readonly client: HistoryServiceClient;
  readonly telemetry: Telemetry;
  readonly lines: string[];
}

/** Methods of the service that no test here calls. */
const others: UntypedServiceImplementation = Object.fromEntries(
  Object.keys(HistoryServiceService).map((name) => [
    name,
    handler(() => Promise.reject(new RpcFault(status.UNIMPLEMENTED, 'not called'))),
  ]),
);

async function run(query: HistoryServiceServer['query']): Promise<Running> {
  const lines: string[] = [];
  const telemetry = createTelemetry({ service: 'x', hashKey: 'k', stream: { write: (line) => void lines.push(line) } });
  const implementation: UntypedServiceImplementation = { ...others, query };
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [[HistoryServiceService, implementation]],
    logger: telemetry.logger('rpc'),
    metrics: rpcServerMetrics(telemetry.metrics),
  });
  const client = openGrpcClient(HistoryServiceClient, server.address);
  opened.push(
    () => telemetry.shutdown(),
    () => server.drain(0),
    () => {
      client.close();
    },
  );
  return { server, client, telemetry, lines };
}

const request = { room: 'r', epoch: 1, afterSeq: 0n, limit: 1 };
const answer = QueryResponse.fromPartial({ more: true });

describe('gRPC server and client', () => {
  it('answers calls, and counts them', async () => {
    const { client, telemetry } = await run(
      handler((asked) => Promise.resolve({ ...answer, more: asked.room === 'r' })),
    );
    const response = await unary(client, client.query, request, { deadlineMs: 5_000 });
    expect(response.more).toBe(true);
    const text = await telemetry.scrape();
    expect(text).toMatch(
      /^chat_rpc_server_requests_total\{rpc_service="HistoryService",method="Query",code="OK"\} 1$/m,
    );
    expect(text).toMatch(/^chat_rpc_seconds_count\{rpc_service="HistoryService",method="Query",code="OK"\} 1$/m);
  });

  it('answers a refusal with its status and text', async () => {
    const { client, lines } = await run(handler(() => Promise.reject(new RpcFault(status.NOT_FOUND, 'no such room'))));
    const call = unary(client, client.query, request, { deadlineMs: 5_000 });
    await expect(call).rejects.toThrow(RpcError);
    await expect(call).rejects.toMatchObject({ code: status.NOT_FOUND, details: 'no such room', retryable: false });
    expect(lines).toEqual([]);
  });

  it('answers INTERNAL without the text of an unexpected error, and logs it', async () => {
    const { client, lines } = await run(handler(() => Promise.reject(new Error('secret detail'))));
    const call = unary(client, client.query, request, { deadlineMs: 5_000 });
    await expect(call).rejects.toMatchObject({ code: status.INTERNAL, details: 'internal error' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('secret detail');
  });

  it('ends a call at its deadline, and tells the server', async () => {
    let cancelled: (() => void) | undefined;
    const told = new Promise<void>((resolve) => (cancelled = resolve));
    const { client } = await run(
      handler((_, call) => {
        call.on('cancelled', () => cancelled?.());
        return new Promise(() => undefined);
      }),
    );
    const call = unary(client, client.query, request, { deadlineMs: 50 });
    await expect(call).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED, retryable: true });
    await told;
  });

  it('fails at once when nobody listens, and waits when told to', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const client = openGrpcClient(HistoryServiceClient, `127.0.0.1:${String(port)}`);
    opened.push(() => {
      client.close();
    });
    const call = unary(client, client.query, request, { deadlineMs: 5_000 });
    await expect(call).rejects.toMatchObject({ code: status.UNAVAILABLE, retryable: true });
    const patient = unary(client, client.query, request, { deadlineMs: 20_000, waitForReady: true });
    const telemetry = createTelemetry({ service: 'x', hashKey: 'k', stream: { write: () => undefined } });
    const server = await startGrpcServer({
      host: '127.0.0.1',
      port,
      services: [[HistoryServiceService, { ...others, query: handler(() => Promise.resolve(answer)) }]],
      logger: telemetry.logger('rpc'),
    });
    opened.push(() => server.drain(0));
    expect((await patient).more).toBe(true);
  });

  it('lets open calls end while it drains', async () => {
    let finish: (() => void) | undefined;
    let begun: (() => void) | undefined;
    const underWay = new Promise<void>((resolve) => (begun = resolve));
    const { client, server } = await run(
      handler(() => {
        begun?.();
        return new Promise((resolve) => {
          finish = () => {
            resolve(answer);
          };
        });
      }),
    );
    const call = unary(client, client.query, request, { deadlineMs: 5_000 });
    await underWay;
    const drained = server.drain(10_000);
    finish?.();
    expect((await call).more).toBe(true);
    await drained;
    await expect(unary(client, client.query, request, { deadlineMs: 5_000 })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
  });

  it('names the setting of a port in use', async () => {
    const { server } = await run(handler(() => Promise.resolve(answer)));
    const telemetry = createTelemetry({ service: 'x', hashKey: 'k', stream: { write: () => undefined } });
    const attempt = startGrpcServer({
      host: '127.0.0.1',
      port: server.port,
      setting: 'HISTORY_GRPC_PORT',
      services: [],
      logger: telemetry.logger('rpc'),
    });
    await expect(attempt).rejects.toThrow(
      `port ${String(server.port)} on 127.0.0.1 is in use (setting HISTORY_GRPC_PORT): choose another`,
    );
  });

  it('refuses an implementation that lacks a method', async () => {
    const telemetry = createTelemetry({ service: 'x', hashKey: 'k', stream: { write: () => undefined } });
    const options = { host: '127.0.0.1', port: 0, logger: telemetry.logger('rpc') };
    await expect(startGrpcServer({ ...options, services: [[HistoryServiceService, {}]] })).rejects.toThrow(/query/);
  });
});
