// RFC 4975 §8.6: max-size = "max-size" ":" 1*DIGIT      (octets of the complete message)

/** Reads a=max-size in octets: undefined when malformed, `Number.MAX_SAFE_INTEGER` for anything beyond it. */
export function parseMaxSize(value: string): number | undefined {
  if (!/^\d+$/u.test(value)) return undefined;
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

/** Writes a=max-size. Throws `RangeError` unless it is a positive safe integer. */
export function formatMaxSize(sizeBytes: number): string {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1) throw new RangeError('max-size is a positive integer');
  return String(sizeBytes);
}
