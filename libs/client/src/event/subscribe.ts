import { createUacDialog, parseExpires, type Dialog, type DigestClient, type SipRequest } from '@plenary/sip';
import { JoinFailure } from '../join-failure.js';
import type { Answered, SipEndpoint } from '../sip-endpoint.js';

export interface Subscribed {
  readonly dialog: Dialog;
  /** As granted. */
  readonly expiresSeconds: number;
}

/** Attempts at one SUBSCRIBE: the plain one, one with credentials, one with a stale nonce's. */
const maxAttempts = 3;

/** What of a SIP endpoint it takes to subscribe. */
export interface SubscribeEndpoint extends Pick<SipEndpoint, 'clock'> {
  request(request: SipRequest): Promise<Pick<Answered, 'response' | 'origin'>>;
}

/** A SUBSCRIBE up to the dialog: digest if asked. Rejects with `JoinFailure`. Spec: RFC 6665 §4.1.2. */
export async function subscribe(
  endpoint: SubscribeEndpoint,
  digest: DigestClient,
  first: SipRequest,
  timeoutMs: number,
): Promise<Subscribed> {
  let request = digest.authorize(first);
  for (let attempt = 1; ; attempt++) {
    const { response, origin } = await inTime(endpoint, request, timeoutMs);
    if (response.status < 300) {
      const dialog = createUacDialog(request, response, false);
      if (!dialog.ok) throw new JoinFailure('refused', 488, `the answer makes no dialog: ${dialog.error.message}`);
      const expires = parseExpires(response.headers.get('Expires') ?? '');
      return { dialog: dialog.value, expiresSeconds: expires.ok ? expires.value : 3_600 };
    }
    const isChallenge = response.status === 401 || response.status === 407;
    const again = isChallenge && attempt < maxAttempts ? digest.answer(request, response) : undefined;
    if (again?.ok !== true) {
      const where = origin === 'peer' ? 'refused' : 'network';
      throw new JoinFailure(where, response.status, `${String(response.status)} ${response.reason}`.trim());
    }
    request = again.value;
  }
}

async function inTime(
  endpoint: SubscribeEndpoint,
  request: SipRequest,
  timeoutMs: number,
): ReturnType<SubscribeEndpoint['request']> {
  let timer: { cancel(): void } | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = endpoint.clock.setTimer(timeoutMs, () => {
      reject(new JoinFailure('network', 408, `no answer within ${String(Math.ceil(timeoutMs / 1_000))} s`));
    });
  });
  return Promise.race([endpoint.request(request), late]).finally(() => timer?.cancel());
}
