import { err, ok, type Result } from '@plenary/wire';
import { CpimError } from './errors.js';
import { HeadFields } from './head-fields.js';
import { HeadScanner } from './head-scanner.js';
import { DEFAULT_CPIM_LIMITS, type CpimLimits } from './limits.js';
import type { CpimHead, CpimMessage } from './message.js';

/** What one feed of a head reader came to. `error` and `head` are final. */
export type HeadStep =
  | { readonly kind: 'need-more' }
  | { readonly kind: 'head'; readonly head: CpimHead }
  | { readonly kind: 'error'; readonly error: CpimError };

/** Reads the head of one object that comes in pieces. */
export interface CpimHeadReader {
  /**
   * Takes the next octets of the object; octets behind the head are ignored. The piece may be reused by the caller afterwards.
   * Throws when the reader had already come to a head or an error.
   */
  feed(piece: Uint8Array): HeadStep;
  /** Says that no more octets come: the error `head-incomplete`. Throws like `feed`. */
  end(): CpimError;
}

const NEED_MORE: HeadStep = { kind: 'need-more' };
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** `latin1Slice` of Node's Buffer, several times faster than a TextDecoder on short ASCII; absent elsewhere. */
const latin1Slice = (
  globalThis as { Buffer?: { prototype?: { latin1Slice?: (this: Uint8Array, from: number, to: number) => string } } }
).Buffer?.prototype?.latin1Slice;

/**
 * A reader for an object in pieces. It keeps at most `limits.headBytes` octets, and only while the head is incomplete.
 * The outcome is the same however the octets are cut, and the same as that of `readHead`.
 *
 * Spec: RFC 3862 §2, RFC 7701 §6.1.   Req: CPIM-003, CPIM-013, CPIM-014.
 */
export function createHeadReader(limits: CpimLimits = DEFAULT_CPIM_LIMITS): CpimHeadReader {
  const scanner = new HeadScanner(limits);
  let kept: Uint8Array = new Uint8Array(0);
  let finished = false;

  function open(): void {
    if (finished) throw new Error('this head reader has already come to its end');
  }

  return {
    feed(piece) {
      open();
      const octets = kept.length === 0 ? piece : join(kept, piece, limits.headBytes);
      const step = take(scanner, octets);
      if (step.kind === 'need-more') kept = octets === piece ? Uint8Array.from(piece) : octets;
      else {
        finished = true;
        kept = new Uint8Array(0);
      }
      return step;
    },
    end() {
      open();
      finished = true;
      return new CpimError('head-incomplete');
    },
  };
}

/**
 * Reads the head of an object that is there from its first octet, at least up to its content.
 * An object that ends within its headers is the error `head-incomplete`. Never throws on any octets.
 *
 * Spec: RFC 3862 §2 to §4.   Req: CPIM-001 to CPIM-010, CPIM-013, CPIM-014.
 */
export function readHead(octets: Uint8Array, limits: CpimLimits = DEFAULT_CPIM_LIMITS): Result<CpimHead, CpimError> {
  const step = take(new HeadScanner(limits), octets);
  if (step.kind === 'head') return ok(step.head);
  return err(step.kind === 'error' ? step.error : new CpimError('head-incomplete'));
}

/** Reads a whole object: its head, and its content as a view on `octets`. */
export function parseMessage(
  octets: Uint8Array,
  limits: CpimLimits = DEFAULT_CPIM_LIMITS,
): Result<CpimMessage, CpimError> {
  const head = readHead(octets, limits);
  return head.ok ? ok({ head: head.value, content: octets.subarray(head.value.contentOffset) }) : head;
}

function take(scanner: HeadScanner, octets: Uint8Array): HeadStep {
  const fault = scanner.scan(octets);
  if (fault !== undefined) return { kind: 'error', error: fault };
  if (!scanner.done) return NEED_MORE;
  const text = decode(octets, scanner.at, scanner.beyondAscii);
  if (text === undefined) return { kind: 'error', error: new CpimError('not-utf-8') };
  const head = new HeadFields().read(text, scanner.at);
  return head.ok ? { kind: 'head', head: head.value } : { kind: 'error', error: head.error };
}

function decode(octets: Uint8Array, end: number, beyondAscii: boolean): string | undefined {
  if (!beyondAscii && latin1Slice !== undefined) return latin1Slice.call(octets, 0, end);
  try {
    return UTF_8.decode(octets.subarray(0, end));
  } catch {
    return undefined;
  }
}

/** Both one after the other, cut at `limit` octets. */
function join(kept: Uint8Array, piece: Uint8Array, limit: number): Uint8Array {
  const joined = new Uint8Array(Math.min(kept.length + piece.length, limit));
  joined.set(kept);
  joined.set(piece.subarray(0, joined.length - kept.length), kept.length);
  return joined;
}
