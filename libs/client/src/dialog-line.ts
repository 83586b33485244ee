import {
  applyResponse,
  buildAck,
  buildDialogRequest,
  parseCSeq,
  receiveRequest,
  type Dialog,
  type DigestClient,
  type ServerTransaction,
} from '@plenary/sip';
import type { Answered, DialogOwner, SipEndpoint } from './sip-endpoint.js';

type Header = readonly [name: string, value: string];

/** Requests of one dialog, ours and theirs: CSeq, digest, and one request of ours at a time. */
export class DialogLine {
  readonly #endpoint: SipEndpoint;
  readonly #digest: DigestClient;
  #dialog: Dialog;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(endpoint: SipEndpoint, digest: DigestClient, dialog: Dialog) {
    this.#endpoint = endpoint;
    this.#digest = digest;
    this.#dialog = dialog;
  }

  own(owner: DialogOwner): void {
    this.#endpoint.own(this.#dialog, owner);
  }

  disown(): void {
    this.#endpoint.disown(this.#dialog);
  }

  /** Takes note of a request of the peer; false: it is out of order or unreadable, and has been answered. */
  receive(transaction: ServerTransaction): boolean {
    const received = receiveRequest(this.#dialog, transaction.request);
    if (received.ok) this.#dialog = received.value;
    else transaction.respond(received.error.status);
    return received.ok;
  }

  /**
   * Sends a request when those before it are answered, with credentials if asked for. A 2xx to INVITE is acknowledged. Rejects only when the
   * endpoint is closed.
   */
  request(method: string, headers: readonly Header[] = [], body?: Uint8Array): Promise<Answered> {
    const turn = this.#turn.then(() => this.#request(method, headers, body));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #request(method: string, headers: readonly Header[], body: Uint8Array | undefined): Promise<Answered> {
    const built = buildDialogRequest(this.#dialog, method, { headers, ...(body === undefined ? {} : { body }) });
    this.#dialog = built.dialog;
    let request = this.#digest.authorize(built.request);
    for (;;) {
      const answered = await this.#endpoint.request(request);
      const { response, transaction } = answered;
      const again =
        response.status === 401 || response.status === 407 ? this.#digest.answer(request, response) : undefined;
      if (again?.ok === true) {
        request = again.value;
        const cseq = parseCSeq(request.headers.get('CSeq') ?? '');
        if (cseq.ok) this.#dialog = { ...this.#dialog, localSequence: cseq.value.sequence };
        continue;
      }
      const applied = applyResponse(this.#dialog, request, response);
      if (applied.ok) this.#dialog = applied.value;
      if (method === 'INVITE' && response.status < 300)
        transaction.acknowledge(buildAck(this.#dialog, this.#dialog.localSequence ?? 1).request);
      return answered;
    }
  }
}
