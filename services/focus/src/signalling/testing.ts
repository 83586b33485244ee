/** What the unit tests of the focus share. */
import type { ServerTransaction, SipFlow, SipRequest } from '@plenary/sip';
import { HeaderFields } from '@plenary/wire';

/** A response as a test sees it. */
export interface Answer {
  readonly status: number;
  readonly toTag: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly stateless: boolean;
}

export function flowOf(remoteAddress = '192.0.2.7', transport: SipFlow['transport'] = 'UDP'): SipFlow {
  return { id: 'f1', transport, remoteAddress, remotePort: 5060, localAddress: '192.0.2.1', localPort: 5060 };
}

export function requestOf(
  method: string,
  headers: Readonly<Record<string, string>> = {},
  requestUri = 'sip:lobby@example.com',
): SipRequest {
  const fields = new HeaderFields([
    ['From', '<sip:alice@example.com>;tag=a1'],
    ['To', '<sip:lobby@example.com>'],
    ['Call-ID', 'call-1'],
    ['CSeq', `1 ${method}`],
  ]);
  for (const [name, value] of Object.entries(headers)) fields.set(name, value);
  return { kind: 'request', method, requestUri, headers: fields, body: new Uint8Array() };
}

/** A server transaction that keeps its answers instead of sending them. */
export function transactionOf(request: SipRequest): { transaction: ServerTransaction; answers: Answer[] } {
  const answers: Answer[] = [];
  const note = (
    status: number,
    options: { toTag?: string; headers?: Iterable<readonly [string, string]>; body?: Uint8Array } = {},
    stateless = false,
  ): boolean => {
    if (answers.length > 0) return false;
    const body = Buffer.from(options.body ?? []).toString('utf8');
    answers.push({ status, toTag: options.toTag, headers: [...(options.headers ?? [])], body, stateless });
    return true;
  };
  const transaction = {
    request,
    flow: flowOf(),
    localTag: 'focus.1',
    isMerged: false,
    get isAnswered() {
      return answers.length > 0;
    },
    respond: (status: number, options?: Parameters<typeof note>[1]) => note(status, options),
    respondStatelessly: (status: number, options?: Parameters<typeof note>[1]) => note(status, options, true),
  };
  return { transaction: transaction as unknown as ServerTransaction, answers };
}
