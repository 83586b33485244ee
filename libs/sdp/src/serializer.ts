import type { MediaDescription, Origin, SessionDescription } from './session-description.js';

/**
 * Writes a description: its lines as they stand, CRLF after each. What was parsed comes out as it was, but for line ends and
 * runs of spaces in `m=`. Throws `RangeError` when a line holds a line break or NUL.
 *
 * Spec: RFC 8866 §5.   Req: SDP-022.
 */
export function serializeSdp(description: SessionDescription): string {
  let out = '';
  function write(type: string, value: string): void {
    if (/[\r\n\0]/u.test(value)) throw new RangeError('a line break in a line of a session description');
    out += `${type}=${value}\r\n`;
  }
  for (const line of description.lines) write(line.type, line.value);
  for (const media of description.media) {
    write('m', formatMedia(media));
    for (const line of media.lines) write(line.type, line.value);
  }
  return out;
}

/** Writes the value of `o=`. */
export function formatOrigin(origin: Origin): string {
  return [
    origin.username,
    origin.sessionId,
    origin.sessionVersion,
    origin.netType,
    origin.addrType,
    origin.address,
  ].join(' ');
}

function formatMedia(media: MediaDescription): string {
  const port = media.portCount === undefined ? String(media.port) : `${media.port}/${media.portCount}`;
  return [media.media, port, media.proto, ...media.formats].join(' ');
}
