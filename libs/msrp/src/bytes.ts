/**
 * Octets and text, fast where Node's Buffer exists and right where it does not (a browser): the cores import no `node:`
 * module.
 */
const NodeBuffer = (globalThis as { readonly Buffer?: typeof Buffer }).Buffer;

/** Has been on every Buffer since Node 0.x, and spares `toString` its choice of encoding; the type declarations lack it. */
type SlicingBuffer = Buffer & { latin1Slice(from: number, to: number): string };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** The same octets in the form whose methods are fast; never a copy. */
export function fastView(octets: Uint8Array): Uint8Array {
  if (NodeBuffer === undefined || octets instanceof NodeBuffer) return octets;
  return NodeBuffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}

/** One character per octet, of `octets` in the form {@link fastView} gives. */
export function latin1(octets: Uint8Array, from: number, to: number): string {
  if (NodeBuffer !== undefined && octets instanceof NodeBuffer) return (octets as SlicingBuffer).latin1Slice(from, to);
  let text = '';
  // In pieces: an argument list has a limit.
  for (let i = from; i < to; i += 4096) text += String.fromCharCode(...octets.subarray(i, Math.min(to, i + 4096)));
  return text;
}

/** The octets of a string all of whose characters are below U+0100. */
export function fromLatin1(text: string): Uint8Array {
  if (NodeBuffer !== undefined) return NodeBuffer.from(text, 'latin1');
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

/** UTF-8 octets of a string. */
export function fromUtf8(text: string): Uint8Array {
  return NodeBuffer === undefined ? utf8Encoder.encode(text) : NodeBuffer.from(text, 'utf8');
}

/** The text of octets that must be UTF-8; undefined when they are not. */
export function strictUtf8Text(octets: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(octets);
  } catch {
    return undefined;
  }
}

/** Number of octets of `text` in UTF-8. */
export function utf8Length(text: string): number {
  return NodeBuffer === undefined ? utf8Encoder.encode(text).byteLength : NodeBuffer.byteLength(text, 'utf8');
}

/** Where `needle` first stands in `octets` at or after `from`; -1 when nowhere. */
export function indexOfOctets(octets: Uint8Array, needle: Uint8Array, from: number): number {
  if (NodeBuffer !== undefined && octets instanceof NodeBuffer) return octets.indexOf(needle, from);
  const first = needle[0];
  if (first === undefined) return from;
  const last = octets.byteLength - needle.byteLength;
  for (let at = octets.indexOf(first, from); at !== -1 && at <= last; at = octets.indexOf(first, at + 1)) {
    let i = 1;
    while (i < needle.byteLength && octets[at + i] === needle[i]) i++;
    if (i === needle.byteLength) return at;
  }
  return -1;
}

/** A copy. (`slice` is none: on a Buffer it is a view.) */
export function copyOctets(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets);
}

/** One array with the octets of all `parts`. */
export function joinOctets(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.byteLength;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
