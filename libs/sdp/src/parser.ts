import { err, ok, type Result } from '@plenary/wire';
import { SdpError } from './errors.js';
import type { MediaDescription, Origin, SdpLine, SessionDescription } from './session-description.js';

/** What is read at most. */
export interface SdpLimits {
  /** Characters of the whole text; above it `too-large`. */
  readonly characters: number;
  /** Lines; above it `too-many-lines`. */
  readonly lines: number;
  /** `m=` lines; above it `too-many-lines`. */
  readonly media: number;
}

/** 64 Ki characters, 1000 lines, 32 streams. */
export const DEFAULT_SDP_LIMITS: SdpLimits = { characters: 65_536, lines: 1000, media: 32 };

// RFC 8866 §5.14: media-field = "m=" media SP port ["/" integer] SP proto 1*(SP fmt)
const MEDIA = /^([^ ]+) +(\d{1,5})(?:\/(\d{1,5}))? +([^ ]+)((?: +[^ ]+)*) *$/u;
// RFC 8866 §5.2: origin-field = "o=" username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address
const ORIGIN = /^([^ ]+) +(\d{1,40}) +(\d{1,40}) +([^ ]+) +([^ ]+) +([^ ]+) *$/u;

/**
 * Reads a session description. Tolerated: LF line ends, no line end after the last line, empty lines at the end, a missing `s=` or
 * `t=`, an `m=` line without format. Every line is kept, also those of unknown meaning. Never throws on any text.
 *
 * Spec: RFC 8866 §5, §9.   Req: SDP-022.
 */
export function parseSdp(text: string, limits: SdpLimits = DEFAULT_SDP_LIMITS): Result<SessionDescription, SdpError> {
  if (text.length > limits.characters) return fail('too-large');
  const written = withoutLastLineEnds(text).split('\n', limits.lines + 1);
  if (written.length > limits.lines) return fail('too-many-lines');
  const sessionLines: SdpLine[] = [];
  const media: { head: Omit<MediaDescription, 'lines'>; lines: SdpLine[] }[] = [];
  for (const raw of written) {
    const line = parseLine(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    if (line === undefined) return fail('malformed-line');
    if (line.type === 'm') {
      const head = parseMedia(line.value);
      if (head === undefined) return fail('malformed-media');
      if (media.length >= limits.media) return fail('too-many-lines');
      media.push({ head, lines: [] });
    } else (media.at(-1)?.lines ?? sessionLines).push(line);
  }
  if (sessionLines[0]?.type !== 'v' || sessionLines[0].value.trim() !== '0') return fail('version-missing');
  const origin = parseOrigin(sessionLines);
  if (origin === undefined) return fail('malformed-origin');
  return ok({ origin, lines: sessionLines, media: media.map(({ head, lines }) => ({ ...head, lines })) });
}

function fail(code: ConstructorParameters<typeof SdpError>[0]): { readonly ok: false; readonly error: SdpError } {
  return err(new SdpError(code));
}

function withoutLastLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}

function parseLine(text: string): SdpLine | undefined {
  const letter = text.charCodeAt(0);
  if (letter < 0x61 || letter > 0x7a || text[1] !== '=' || /[\r\0]/u.test(text)) return undefined;
  return { type: text.slice(0, 1), value: text.slice(2) };
}

function parseMedia(value: string): Omit<MediaDescription, 'lines'> | undefined {
  const parts = MEDIA.exec(value);
  if (parts === null) return undefined;
  const [, media = '', port = '', count, proto = '', formats = ''] = parts;
  if (Number(port) > 65_535) return undefined;
  return {
    media,
    port: Number(port),
    ...(count === undefined ? {} : { portCount: Number(count) }),
    proto,
    formats: formats.split(' ').filter((format) => format !== ''),
  };
}

function parseOrigin(lines: readonly SdpLine[]): Origin | undefined {
  const parts = ORIGIN.exec(lines.find((line) => line.type === 'o')?.value ?? '');
  if (parts === null) return undefined;
  const [, username = '', sessionId = '', sessionVersion = '', netType = '', addrType = '', address = ''] = parts;
  return { username, sessionId, sessionVersion, netType, addrType, address };
}
