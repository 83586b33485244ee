import { status } from '@grpc/grpc-js';
import { NoEdgeError, type Edges, type Reservation } from '@plenary/focus';
import type { EndpointCapabilities, LeaveCause } from '@plenary/proto/chat';
import { EdgeEntry, type SessionRecord } from '@plenary/proto/edge';
import { RpcError } from '@plenary/service';

/** Two edges that take sessions in turn, every call on record. */
export class FakeEdges implements Edges {
  readonly calls: { readonly call: keyof Edges; readonly chatId: string; readonly detail?: unknown }[] = [];
  readonly away = new Set<keyof Edges>();
  /** No edge takes sessions. */
  full = false;
  readonly sessions = new Map<
    string,
    { readonly edgeId: string; readonly path: string; readonly record: SessionRecord }
  >();
  readonly updates = new Map<string, { capabilities: EndpointCapabilities; peerPath: readonly string[] }>();
  #reservations = 0;

  async reserve(_requestId: string, record: SessionRecord): Promise<Reservation> {
    this.#note('reserve', record.chatId, record);
    if (this.full) throw new NoEdgeError('no msrp-edge takes a session');
    this.#reservations += 1;
    const edgeId = `edge-${String(1 + (this.#reservations % 2))}-aaaaaa`;
    const path = `msrp://127.0.0.1:2855/${record.chatId}.secret${String(this.#reservations).padStart(10, '0')};tcp`;
    this.sessions.set(record.chatId, { edgeId, path, record });
    return { edgeId, path, fingerprint: '' };
  }

  async update(
    _requestId: string,
    edgeId: string,
    chatId: string,
    capabilities: EndpointCapabilities,
    peer?: Parameters<Edges['update']>[4],
  ): Promise<void> {
    this.#note('update', chatId, edgeId);
    this.updates.set(chatId, { capabilities, peerPath: peer?.peerPath ?? [] });
  }

  async closeSession(_requestId: string, edgeId: string, chatId: string, cause: LeaveCause): Promise<number> {
    this.#note('closeSession', chatId, { edgeId, cause });
    this.sessions.delete(chatId);
    return 42;
  }

  list(): readonly EdgeEntry[] {
    // They take plain TCP alone.
    return [EdgeEntry.fromPartial({ edgeId: 'edge-1-aaaaaa' }), EdgeEntry.fromPartial({ edgeId: 'edge-2-aaaaaa' })];
  }

  count(call: keyof Edges, chatId?: string): number {
    return this.calls.filter((one) => one.call === call && (chatId === undefined || one.chatId === chatId)).length;
  }

  #note(call: keyof Edges, chatId: string, detail: unknown): void {
    this.calls.push({ call, chatId, detail });
    if (this.away.has(call)) throw new RpcError(status.UNAVAILABLE, 'nobody listens', call);
  }
}
