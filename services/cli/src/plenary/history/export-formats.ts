import { plainText } from '../output/plain-text.js';
import type { KeptMessage } from './kept-message.js';

/** How a log can be written. */
export const exportFormats = ['jsonl', 'text'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** One message in a format, line end included. */
export function formatMessage(message: KeptMessage, format: ExportFormat): string {
  return format === 'jsonl' ? `${JSON.stringify(jsonOf(message))}\n` : `${textLine(message)}\n`;
}

/** A message for programs: text as text, all else in base64; what is not known is left out. */
export function jsonOf(message: KeptMessage): object {
  const { id, time, from, displayName, nickname, user, contentType, subject, content, size } = message;
  const text = content === undefined ? undefined : textOf(content, contentType);
  return Object.fromEntries(
    Object.entries({
      id,
      time,
      from,
      displayName,
      nickname,
      user,
      contentType,
      subject,
      text,
      base64: content === undefined || text !== undefined ? undefined : Buffer.from(content).toString('base64'),
      size,
    }).filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** `2026-11-29 12:00:00  Bobby: hello`; lines after the first are indented, what is no text is named by type and size. */
export function textLine(message: KeptMessage): string {
  const { time, nickname, displayName, from, content, contentType, size } = message;
  const who = plainText(nickname || displayName || from.replace(/^[a-z]+:/i, '') || 'somebody');
  const text = content === undefined ? undefined : textOf(content, contentType);
  const said =
    text === undefined
      ? `[${plainText(contentType === '' ? 'content' : contentType)}, ${String(content?.byteLength ?? size ?? 0)} octets${content === undefined ? ', not kept' : ''}]`
      : text
          .split(/\r\n|\n|\r/)
          .map(plainText)
          .join('\n                     ');
  return `${time.slice(0, 19).replace('T', ' ')}  ${who}: ${said}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(content: Uint8Array, contentType: string): string | undefined {
  if (!/^(?:text\/|application\/(?:json|xml)|$)/i.test(contentType)) return undefined;
  try {
    return utf8.decode(content);
  } catch {
    return undefined;
  }
}
