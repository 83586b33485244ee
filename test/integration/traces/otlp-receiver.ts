import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One span as it came in. */
export interface ReceivedSpan {
  readonly service: string;
  /** The instance of the service. */
  readonly instance: string;
  readonly name: string;
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

export interface OtlpReceiver {
  /** Base URL, as `PLENARY_TRACE_ENDPOINT` takes it. */
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Everything received, as JSON. */
  text(): string;
  close(): Promise<void>;
}

const maxBodyBytes = 8 * 1024 * 1024;
const maxSpans = 50_000;

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}
interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes?: readonly OtlpAttribute[];
}
interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** Takes traces by OTLP over HTTP as JSON, on loopback, and keeps them. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const texts: string[] = [];
  const server = createServer((request, response) => {
    void take(request, response, spans, texts);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, spans, text: () => texts.join('\n'), close: () => close(server) };
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  spans: ReceivedSpan[],
  texts: string[],
): Promise<void> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= maxBodyBytes) pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  const isTraces = request.method === 'POST' && request.url === '/v1/traces';
  if (!isTraces || size > maxBodyBytes || spans.length >= maxSpans) {
    response.writeHead(isTraces ? 413 : 404).end();
    return;
  }
  texts.push(text);
  spans.push(...spansOf(JSON.parse(text) as OtlpRequest));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

function spansOf(body: OtlpRequest): ReceivedSpan[] {
  return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const of = attributesOf(resource?.attributes);
    const about = { service: String(of['service.name']), instance: String(of['service.instance.id']) };
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(({ name, kind, traceId, spanId, parentSpanId, links = [], attributes }) => ({
        ...about,
        name,
        kind,
        traceId,
        spanId,
        parentSpanId: parentSpanId === '' ? undefined : parentSpanId,
        links,
        attributes: attributesOf(attributes),
      })),
    );
  });
}

function attributesOf(list: readonly OtlpAttribute[] = []): Record<string, string | number | boolean> {
  return Object.fromEntries(
    list.map(({ key, value: { stringValue, intValue, doubleValue, boolValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue ?? '') : Number(intValue)),
    ]),
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
