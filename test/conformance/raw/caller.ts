import { authorization, challengeOf } from './digest.js';
import { ident } from './messages.js';
import { headerOf, headersOf, type SipSocket, type SipText } from './sip-socket.js';

export interface CallerOptions {
  readonly sip: SipSocket;
  readonly domain: string;
  readonly username: string;
  readonly password?: string;
  /** Default `sip:<username>@<domain>`. */
  readonly from?: string;
}

export interface RequestOptions {
  readonly uri?: string;
  readonly to?: string;
  readonly body?: string;
  readonly contentType?: string;
  /** More header lines; one that begins with the name of a header of ours takes its place. */
  readonly headers?: readonly string[];
  /** Default: one more than the last. */
  readonly cseq?: number;
  readonly branch?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  /** Answers a challenge (default). */
  readonly authenticate?: boolean;
  readonly timeoutMs?: number;
}

/** A user agent of the bare minimum: writes requests as text, answers challenges, knows the tags of its one dialog. */
export class Caller {
  callId = `${ident()}@127.0.0.1`;
  readonly fromTag = ident(8);
  toTag: string | undefined;
  remoteTarget: string | undefined;
  cseq = 0;
  #nc = 0;
  #challenge: Readonly<Record<string, string>> | undefined;
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
  }

  get sip(): SipSocket {
    return this.#options.sip;
  }

  get aor(): string {
    return this.#options.from ?? `sip:${this.#options.username}@${this.#options.domain}`;
  }

  /** The text of a request, as it goes out. */
  text(method: string, room: string, options: RequestOptions = {}): string {
    const { sip, username } = this.#options;
    const uri = options.uri ?? this.remoteTarget ?? room;
    const cseq = options.cseq ?? ++this.cseq;
    const toTag = options.toTag ?? this.toTag;
    const body = options.body ?? '';
    const extra = options.headers ?? [];
    const names = new Set(extra.map((line) => line.slice(0, line.indexOf(':')).toLowerCase()));
    const own = [
      `Via: SIP/2.0/${sip.transport} 127.0.0.1:${String(sip.localPort)};branch=${options.branch ?? `z9hG4bK${ident()}`};rport`,
      'Max-Forwards: 70',
      `From: <${this.aor}>;tag=${options.fromTag ?? this.fromTag}`,
      `To: <${options.to ?? room}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${options.callId ?? this.callId}`,
      `CSeq: ${String(cseq)} ${method}`,
      ...(['INVITE', 'UPDATE', 'SUBSCRIBE'].includes(method)
        ? [`Contact: <sip:${username}@127.0.0.1:${String(sip.localPort)};transport=${sip.transport.toLowerCase()}>`]
        : []),
      ...(body === '' ? [] : [`Content-Type: ${options.contentType ?? 'application/sdp'}`]),
    ].filter((line) => !names.has(line.slice(0, line.indexOf(':')).toLowerCase()));
    const length = `Content-Length: ${String(Buffer.byteLength(body))}`;
    return [
      `${method} ${uri} SIP/2.0`,
      ...own,
      ...extra,
      ...(names.has('content-length') ? [] : [length]),
      '',
      body,
    ].join('\r\n');
  }

  /** Sends a request and returns its final answer, after a challenge that of the repeated request. An INVITE's refusal gets its ACK. */
  async request(method: string, room: string, options: RequestOptions = {}): Promise<SipText> {
    const uri = options.uri ?? this.remoteTarget ?? room;
    const withCredentials =
      options.authenticate !== false && this.#challenge !== undefined
        ? { ...options, headers: [...(options.headers ?? []), `Authorization: ${this.credentials(method, uri)}`] }
        : options;
    const answer = await this.#once(method, room, withCredentials);
    if (answer.status !== 401 || options.authenticate === false) return answer;
    this.#challenge = challengeOf(headersOf(answer, 'WWW-Authenticate')[0] ?? '');
    this.#nc = 0;
    const headers = [...(options.headers ?? []), `Authorization: ${this.credentials(method, uri)}`];
    const { cseq, branch: _once, ...again } = options;
    return this.#once(method, room, { ...again, headers, ...(cseq === undefined ? {} : { cseq: cseq + 1 }) });
  }

  /** An Authorization value for the last challenge. */
  credentials(method: string, uri: string, given: { password?: string; username?: string; nc?: number } = {}): string {
    const { username, password = username } = this.#options;
    return authorization(this.#challenge ?? {}, {
      username,
      password,
      method,
      uri,
      nc: given.nc ?? ++this.#nc,
      ...given,
    });
  }

  /** Keeps a challenge, to answer it later. */
  challenged(answer: SipText): void {
    this.#challenge = challengeOf(headersOf(answer, 'WWW-Authenticate')[0] ?? '');
    this.#nc = 0;
  }

  /** INVITE, up to its final answer; a 2xx makes the dialog and is not acknowledged yet. */
  async invite(room: string, sdp: string | undefined, options: RequestOptions = {}): Promise<SipText> {
    const answer = await this.request('INVITE', room, { ...options, ...(sdp === undefined ? {} : { body: sdp }) });
    if (answer.status >= 200 && answer.status < 300) {
      this.toTag = /;tag=([^;]+)/.exec(headerOf(answer, 'To') ?? '')?.[1];
      this.remoteTarget = /<([^>]+)>/.exec(headerOf(answer, 'Contact') ?? '')?.[1];
    }
    return answer;
  }

  async ack(room: string, options: RequestOptions = {}): Promise<void> {
    await this.sip.write(this.text('ACK', room, { cseq: this.cseq, ...options }));
  }

  bye(room: string, options: RequestOptions = {}): Promise<SipText> {
    return this.request('BYE', room, options);
  }

  /** A 200 to a request of the other side. */
  async accept(request: SipText): Promise<void> {
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
      headersOf(request, name).map((value) => `${name}: ${value}`),
    );
    await this.sip.write(['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
  }

  async #once(method: string, room: string, options: RequestOptions): Promise<SipText> {
    const branch = options.branch ?? `z9hG4bK${ident()}`;
    const cseq = options.cseq ?? ++this.cseq;
    const callId = options.callId ?? this.callId;
    const asked = { ...options, branch, cseq };
    await this.sip.write(this.text(method, room, asked));
    const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
    const answer = await this.sip.answer(callId, `${String(cseq)} ${method}`, timeout);
    if (method === 'INVITE' && answer.status >= 300) {
      const toTag = /;tag=([^;]+)/.exec(headerOf(answer, 'To') ?? '')?.[1];
      const { body: _body, headers: _headers, ...rest } = asked;
      await this.sip.write(this.text('ACK', room, { ...rest, ...(toTag === undefined ? {} : { toTag }) }));
    }
    return answer;
  }
}
