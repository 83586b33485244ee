import { PassThrough } from 'node:stream';
import type { Bus, LogPublish } from '@plenary/bus';
import { readSettings } from '@plenary/config';
import {
  createContext,
  createServer,
  historySettings,
  type ContextOverrides,
  type HistoryContext,
  type HistoryServer,
  type RoomNow,
} from '@plenary/history';
import { ChatEvent, Part } from '@plenary/proto/chat';
import { HistoryServiceClient, type KeptMessage } from '@plenary/proto/history';
import { openGrpcClient, unary } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import type { Entered, Installation, Replica } from '../room-state/replicas.js';

/** A running history. */
export interface Reader {
  readonly context: HistoryContext;
  readonly server: HistoryServer;
  stop(): Promise<void>;
}

/** One history on an installation, asking `roomState` about rooms the log is silent on. */
export async function startHistory(
  installation: Installation,
  roomState: Replica,
  env: Record<string, string> = {},
  overrides: ContextOverrides = {},
): Promise<Reader> {
  const address = { HISTORY_ROOM_STATE_ADDRESS: roomState.server.address };
  return startReader(installation, { ...address, ...env }, overrides);
}

/** One history on a database and a bus. */
export async function startReader(
  { databaseUrl, bus }: Pick<Installation, 'databaseUrl' | 'bus'>,
  env: Record<string, string> = {},
  overrides: ContextOverrides = {},
): Promise<Reader> {
  const settings = readSettings(historySettings, {
    DATABASE_URL: databaseUrl,
    ROOM_STATE_SHARDS: '4',
    HISTORY_GRPC_PORT: '0',
    HISTORY_BATCH_WAIT_MS: '20ms',
    ...env,
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const stream = new PassThrough().resume();
  const telemetry = createTelemetry({ service: 'history', hashKey: 'test', level: 'error', stream });
  const context = await createContext(settings.value, { bus, telemetry, ...overrides });
  const server = createServer(context);
  await server.start();
  return {
    context,
    server,
    async stop() {
      await server.drain(1_000);
      await server.stop();
    },
  };
}

/** Everything kept of a room's epoch, by the gRPC query. */
export async function keptOf(reader: Reader, room: string, epoch = 1, limit = 500): Promise<KeptMessage[]> {
  const client = openGrpcClient(HistoryServiceClient, reader.server.address);
  try {
    const kept: KeptMessage[] = [];
    for (let afterSeq = 0n; ;) {
      const page = await unary(client, client.query, { room, epoch, afterSeq, limit }, { deadlineMs: 10_000 });
      kept.push(...page.messages);
      const last = page.messages.at(-1);
      if (!page.more || last === undefined) return kept;
      afterSeq = last.seq;
    }
  } finally {
    client.close();
  }
}

/** Stores one ChatEvent in the room's log, as an edge does; its sequence. */
export async function say(bus: Bus, at: Entered, event: Partial<ChatEvent>): Promise<number> {
  const result = await bus.publishToLogAsync(message(at, event));
  if (result.kind !== 'stored') throw new Error(`not stored: ${result.kind}`);
  return result.seq;
}

export function message(at: Entered, event: Partial<ChatEvent>): LogPublish {
  const full = ChatEvent.fromPartial({
    room: at.room,
    epoch: 1,
    senderPid: at.pid,
    senderChatId: at.chatId,
    senderEntity: 'sip:alice@localhost',
    wrappedType: 'text/plain',
    part: Part.WHOLE,
    offset: 1n,
    ingressTimeUs: BigInt(Date.now()) * 1000n,
    ...event,
  });
  const originId = full.originId === '' ? `${at.pid}/${full.messageId}/${full.offset.toString()}` : full.originId;
  const payload = ChatEvent.encode({ ...full, originId }).finish();
  return { shard: at.shard, room: at.room, kind: 'all', msgId: `${at.room}/${originId}`, payload };
}

/** What room-state would say of a room. */
export function roomNow(is: Partial<NonNullable<RoomNow>> = {}): NonNullable<RoomNow> {
  const keeping = { logged: false, suspended: false, retentionSeconds: 0, hold: false, filesKept: false };
  return { ...keeping, epoch: 1, version: 1n, closed: false, muted: [], ...is };
}
