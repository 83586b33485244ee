import type { PublishResult } from './interface.js';

/** What a broker's answer to a publish means: done, or to be tried again because of `reason`. */
export type PubAck = PublishResult | { readonly kind: 'passing'; readonly reason: string };

interface AckDocument {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/** Store failures come as 503 although the stream's own limits cause them. */
const STORE_FAILED = 10077;

/**
 * Reads the answer of JetStream to a publish: `{"stream":"CHAT_003", "seq":12, "duplicate": true}` or
 * `{"error":{"code":503,"err_code":10008,"description":"…"}, …}`. The first is searched as text, not parsed. Anything
 * that is neither is to be tried again: another server may answer better.
 */
export function readPubAck(data: Uint8Array): PubAck {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  const at = text.indexOf('"seq":');
  if (at > 0 && !text.includes('"error"')) {
    const seq = Number.parseInt(text.slice(at + 6), 10);
    if (seq > 0) return { kind: 'stored', seq, duplicate: text.includes('"duplicate":') && isDuplicate(text) };
  }
  let document: AckDocument | null;
  try {
    document = JSON.parse(text) as AckDocument | null;
  } catch {
    return { kind: 'passing', reason: 'answer is not JSON' };
  }
  const error = document?.error ?? undefined;
  if (error === undefined) return { kind: 'passing', reason: 'answer without a sequence' };
  const reason = `${error.description ?? 'unknown error'} (${error.err_code ?? error.code ?? 0})`;
  const passing = (error.code ?? 500) >= 500 && !(error.err_code === STORE_FAILED && reason.includes('exceeded'));
  return passing ? { kind: 'passing', reason } : { kind: 'refused', reason };
}

function isDuplicate(text: string): boolean {
  return /"duplicate": ?true/.test(text);
}
