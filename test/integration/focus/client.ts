import { createHash, randomBytes } from 'node:crypto';
import { systemClock } from '@plenary/service';
import {
  buildAck,
  buildDialogRequest,
  createUacDialog,
  createUserAgent,
  DigestClient,
  newCallId,
  newTag,
  type ClientTransaction,
  type Dialog,
  type ServerTransaction,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type SipTarget,
} from '@plenary/sip';
import { openSipTransport } from '@plenary/sip/net';
import { HeaderFields, type HashHex } from '@plenary/wire';
import { vi } from 'vitest';

export interface ClientOptions {
  readonly user: string;
  /** Default: the user's name. */
  readonly password?: string;
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  /** Over TLS: authorities that are believed, and a certificate of our own, PEM. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** Of the focus. */
  readonly port: number;
  /** Whoever connects by TCP is turned away. */
  readonly udpOnly?: boolean;
}

export type Headers = Readonly<Record<string, string>>;

export interface RequestParts {
  /** User part of the Request-URI, or a whole URI. */
  readonly to?: string;
  readonly from?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

/** An answered INVITE. */
export interface Invited {
  readonly request: SipRequest;
  readonly response: SipResponse;
  readonly transaction: ClientTransaction;
}

/** A dialog that stands; `dialog` moves on with every request of ours. */
export interface Joined extends Invited {
  dialog: Dialog;
}

/** A SIP device in a test's hand: sends what it is told and keeps what it gets. */
export interface Client {
  readonly port: number;
  readonly digest: DigestClient;
  /** Every message that came, in order. */
  readonly received: SipMessage[];
  /** What answers requests of the focus; 200 to everything where not set. */
  onRequest: (transaction: ServerTransaction) => void;
  /** An INVITE or any other request outside a dialog, ready to be sent. */
  build(method: string, parts?: RequestParts): SipRequest;
  /** Sends it once. */
  send(request: SipRequest): Promise<SipResponse>;
  /** Sends an INVITE that can be given up. */
  cancellable(request: SipRequest): { readonly invited: Promise<SipResponse>; cancel(): void };
  /** Sends it, and again with credentials when it is challenged. */
  authenticated(request: SipRequest): Promise<Invited>;
  invite(parts?: RequestParts): Promise<Invited>;
  /** INVITE, answers to the challenge, ACK; throws when it is refused. */
  join(parts?: RequestParts): Promise<Joined>;
  dialogOf(invited: Invited): Joined;
  acknowledge(joined: Joined, body?: string, port?: number): Promise<void>;
  /** A request in the dialog. `port`: of another replica. */
  inDialog(
    joined: Joined,
    method: string,
    parts?: RequestParts & { readonly port?: number; readonly authenticate?: boolean },
  ): Promise<Invited>;
  /** Sends octets as they are, past the transactions. */
  raw(message: SipMessage, port?: number): Promise<void>;
  /** The first request of that method that came, waited for. */
  nextRequest(method: string): Promise<SipRequest>;
  close(): Promise<void>;
}

const hash: HashHex = (algorithm, data) =>
  createHash({ MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }[algorithm]).update(data).digest('hex');
const random = (length: number): Uint8Array => randomBytes(length);

/** An offer of a device that connects by itself. */
export function offer(
  change: { path?: string; version?: number; lines?: readonly string[]; media?: string } = {},
): string {
  const { path = 'msrp://127.0.0.1:7777/sess1;tcp', version = 1, lines = [], media } = change;
  return [
    'v=0',
    `o=- 4711 ${String(version)} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...(media === undefined
      ? [
          'm=message 7777 TCP/MSRP *',
          'a=accept-types:message/cpim text/plain',
          'a=accept-wrapped-types:*',
          `a=path:${path}`,
          'a=setup:active',
          'a=chatroom:nickname private-messages',
          ...lines,
        ]
      : [media]),
    '',
  ].join('\r\n');
}

export async function openClient(options: ClientOptions): Promise<Client> {
  const { user, password = user, transport: name, port, udpOnly = false, tls } = options;
  const received: SipMessage[] = [];
  const transport = await openSipTransport({
    host: '127.0.0.1',
    port: 0,
    ...(tls === undefined ? {} : { tls: { client: () => tls } }),
    ...(udpOnly ? { limits: { connections: 0 } } : {}),
    onMessage: (message, flow) => {
      received.push(message);
      agent.receive(message, flow);
    },
    onError: () => undefined,
    onFlowClosed: (flow) => agent.flowClosed(flow),
  });
  const agent = createUserAgent({
    transport,
    clock: systemClock,
    random,
    sentBy: () => ({ host: '127.0.0.1', port: transport.port }),
    onRequest: (transaction) => client.onRequest(transaction),
  });
  const digest = new DigestClient({ username: user, password }, hash, random);
  const targetAt = (to: number): SipTarget => ({ transport: name, host: '127.0.0.1', port: to });
  const contact = `<sip:${user}@127.0.0.1:${String(transport.port)}${name === 'UDP' ? '' : `;transport=${name.toLowerCase()}`}>`;
  const final = (request: SipRequest, to = port): Promise<Invited> =>
    new Promise((resolve) => {
      const transaction: ClientTransaction = agent.request(request, targetAt(to), {
        onFinal: (response) => resolve({ request: transaction.request, response, transaction }),
      });
    });
  const contentOf = (parts: RequestParts): [string, string][] =>
    parts.body === undefined || parts.headers?.['Content-Type'] !== undefined
      ? []
      : [['Content-Type', 'application/sdp']];
  const authenticated = async (request: SipRequest, to = port): Promise<Invited> => {
    const first = await final(request, to);
    if (first.response.status !== 401) return first;
    const answer = digest.answer(first.request, first.response);
    return answer.ok ? final(answer.value, to) : first;
  };
  const client: Client = {
    port: transport.port,
    digest,
    received,
    onRequest: (transaction) => {
      transaction.respond(200);
    },
    build(method, parts = {}) {
      const to = parts.to ?? 'lobby';
      const uri = to.includes(':') ? to : `sip:${to}@localhost`;
      const headers = new HeaderFields([
        ['Max-Forwards', '70'],
        ['From', `${parts.from ?? `<sip:${user}@localhost>`};tag=${newTag(random)}`],
        ['To', `<${uri}>`],
        ['Call-ID', newCallId(random)],
        ['CSeq', `1 ${method}`],
        ['Contact', contact],
        ...contentOf(parts),
      ]);
      for (const [header, value] of Object.entries(parts.headers ?? {})) headers.set(header, value);
      return { kind: 'request', method, requestUri: uri, headers, body: Buffer.from(parts.body ?? '') };
    },
    send: async (request) => (await final(request)).response,
    cancellable(request) {
      const started: { transaction?: ClientTransaction } = {};
      const invited = new Promise<SipResponse>((resolve) => {
        started.transaction = agent.request(request, targetAt(port), { onFinal: resolve });
      });
      return { invited, cancel: () => started.transaction?.cancel() };
    },
    authenticated: (request) => authenticated(request),
    invite: (parts = {}) => authenticated(client.build('INVITE', { body: offer(), ...parts })),
    async join(parts) {
      const joined = client.dialogOf(await client.invite(parts));
      await client.acknowledge(joined);
      return joined;
    },
    dialogOf(invited) {
      const { response, request } = invited;
      if (response.status !== 200) throw new Error(`INVITE was answered ${String(response.status)}`);
      const dialog = createUacDialog(request, response, name === 'TLS');
      if (!dialog.ok) throw dialog.error;
      return { ...invited, dialog: dialog.value };
    },
    async acknowledge(joined, body, to) {
      const sequence = Number(/^\d+/u.exec(joined.request.headers.get('CSeq') ?? '')?.[0]);
      const ack = buildAck(joined.dialog, sequence, {
        headers: body === undefined ? [] : [['Content-Type', 'application/sdp']],
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
      joined.transaction.acknowledge(ack.request, targetAt(to ?? port));
      await Promise.resolve();
    },
    async inDialog(joined, method, parts = {}) {
      const built = buildDialogRequest(joined.dialog, method, {
        headers: [['Contact', contact], ...contentOf(parts), ...Object.entries(parts.headers ?? {})],
        ...(parts.body === undefined ? {} : { body: Buffer.from(parts.body) }),
      });
      const { authenticate = false } = parts;
      const answered = await (authenticate ? authenticated : final)(built.request, parts.port);
      const sequence = Number(/^\d+/u.exec(answered.request.headers.get('CSeq') ?? '')?.[0]);
      joined.dialog = { ...built.dialog, localSequence: sequence };
      return answered;
    },
    raw: (message, to) => transport.send(message, targetAt(to ?? port)),
    nextRequest: (method) =>
      vi.waitFor(
        () => {
          const found = received.find((message) => message.kind === 'request' && message.method === method);
          if (found?.kind !== 'request') throw new Error(`no ${method} came`);
          return found;
        },
        { timeout: 10_000, interval: 10 },
      ),
    async close() {
      agent.close();
      await transport.close();
    },
  };
  return client;
}
