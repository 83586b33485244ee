import {
  buildAck,
  buildDialogRequest,
  createUacDialog,
  parseCSeq,
  parseMinSe,
  type DigestClient,
  type Dialog,
  type SipRequest,
  type SipResponse,
} from '@plenary/sip';
import { JoinFailure } from './join-failure.js';
import type { Answered, SipEndpoint } from './sip-endpoint.js';

export interface Invited {
  readonly dialog: Dialog;
  readonly response: SipResponse;
}

/** Attempts at one INVITE: the plain one, one with credentials, one with a stale nonce's, one with a longer session interval. */
const maxAttempts = 4;

/**
 * An INVITE up to the dialog: digest if asked (401, 407), a longer session interval if asked (422), ACK. Gives up after `timeoutMs` by CANCEL; a
 * 2xx that was faster, or a second one, is acknowledged and ended by BYE.
 *
 * Rejects with `JoinFailure`. Spec: RFC 3261 §9, §13.2, §22; RFC 4028 §7.3.
 */
export async function invite(
  endpoint: SipEndpoint,
  digest: DigestClient,
  first: SipRequest,
  timeoutMs: number,
): Promise<Invited> {
  let request = digest.authorize(first);
  const until = endpoint.clock.nowMs() + timeoutMs;
  for (let attempt = 1; ; attempt++) {
    const answered = await once(endpoint, request, until - endpoint.clock.nowMs(), timeoutMs);
    const { response, transaction } = answered;
    if (response.status < 300) {
      const dialog = createUacDialog(request, response, endpoint.server.transport === 'TLS');
      if (!dialog.ok) throw new JoinFailure('refused', 488, `the answer makes no dialog: ${dialog.error.message}`);
      transaction.acknowledge(buildAck(dialog.value, dialog.value.localSequence ?? 1).request);
      return { dialog: dialog.value, response };
    }
    const again = attempt < maxAttempts ? anew(request, response, digest) : undefined;
    if (again === undefined) throw failureOf(answered, endpoint);
    request = again;
  }
}

/** The request to send after this refusal; undefined when there is none. */
function anew(request: SipRequest, response: SipResponse, digest: DigestClient): SipRequest | undefined {
  if (response.status === 401 || response.status === 407) {
    const again = digest.answer(request, response);
    return again.ok ? again.value : undefined;
  }
  const least = response.status === 422 ? parseMinSe(response.headers.get('Min-SE') ?? '') : undefined;
  if (least?.ok !== true) return undefined;
  // "the UAC MAY retry ... the request MUST contain a Min-SE" (RFC 4028 section 7.3).
  const headers = request.headers.clone();
  const cseq = parseCSeq(headers.get('CSeq') ?? '');
  headers.set('CSeq', `${(cseq.ok ? cseq.value.sequence : 0) + 1} INVITE`);
  headers.set('Session-Expires', String(least.value));
  headers.set('Min-SE', String(least.value));
  return digest.authorize({ ...request, headers });
}

function once(endpoint: SipEndpoint, request: SipRequest, leftMs: number, timeoutMs: number): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const state = { isLate: false };
    const started: { cancel?: () => void } = {};
    const timer = endpoint.clock.setTimer(Math.max(0, leftMs), () => {
      state.isLate = true;
      started.cancel?.();
      const { host, port } = endpoint.server;
      reject(
        new JoinFailure('network', 408, `no answer from ${host}:${port} within ${Math.ceil(timeoutMs / 1_000)} s`),
      );
    });
    endpoint
      .request(request, {
        onStarted: (transaction) => {
          started.cancel = () => {
            transaction.cancel();
          };
        },
      })
      .then((answered) => {
        timer.cancel();
        if (!state.isLate) resolve(answered);
        else if (answered.response.status < 300) endLate(endpoint, request, answered);
      })
      .catch((error: unknown) => {
        timer.cancel();
        reject(new JoinFailure('network', undefined, 'the SIP endpoint is closed', { cause: error }));
      });
  });
}

/** "it MUST send an ACK ... the UAC MUST then send a BYE" for a 2xx nobody waits for (RFC 3261 sections 9.1, 13.2.2.4, 15). */
function endLate(endpoint: SipEndpoint, request: SipRequest, { response, transaction }: Answered): void {
  const dialog = createUacDialog(request, response, endpoint.server.transport === 'TLS');
  if (!dialog.ok) return;
  transaction.acknowledge(buildAck(dialog.value, dialog.value.localSequence ?? 1).request);
  endpoint.request(buildDialogRequest(dialog.value, 'BYE').request).catch(() => undefined);
}

function failureOf({ response, origin }: Answered, { server }: SipEndpoint): JoinFailure {
  const { status, reason } = response;
  const place = `${server.host}:${server.port}`;
  switch (origin) {
    case 'timeout':
      return new JoinFailure('network', status, `no answer from ${place}`);
    case 'transport-failure':
      return new JoinFailure('network', status, `nothing listens at ${place}`);
    case 'closed':
      return new JoinFailure('network', status, 'the SIP endpoint was closed');
    case 'peer':
      return new JoinFailure('refused', status, `${status} ${reason}`.trim());
    default:
      return origin satisfies never;
  }
}
