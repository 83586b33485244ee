import type { LogEvent } from '@plenary/bus';
import { ChatEvent, Part, StateEvent } from '@plenary/proto/chat';
import type { LogEntry } from './record.types.js';
import { silencesIn } from './room-log.js';

/** The largest 64-bit numbers that mean something: sequences and offsets a number holds, and times up to the year 5138. */
const maxCount = BigInt(Number.MAX_SAFE_INTEGER);
const maxTimeUs = 100_000_000_000_000_000n;

/**
 * Decodes one event of a log; `undefined` for what cannot be one of ours, or could not be stored. Such an event is passed
 * over: it must not keep the log from being read.
 */
export function readEntry({ room, seq, kind, payload }: LogEvent): LogEntry | undefined {
  try {
    if (kind === 'st') {
      const event = StateEvent.decode(payload);
      const isGood =
        event.version > 0n &&
        event.version <= maxCount &&
        event.epoch < 2 ** 31 &&
        areTexts(silencesIn(event).map(([chatId]) => chatId));
      return isGood ? { kind, room, seq, event } : undefined;
    }
    const event = ChatEvent.decode(payload);
    return isStorable(event) ? { kind, room, seq, event } : undefined;
  } catch {
    return undefined;
  }
}

function isStorable(event: ChatEvent): boolean {
  const { senderPid, senderChatId, senderEntity, senderNickname, senderUserId } = event;
  const sender = [senderPid, senderChatId, senderEntity, senderNickname, senderUserId];
  if (!areTexts([event.originId, event.wrappedType, event.messageId, event.mediaLabel, ...sender])) return false;
  const isPart = event.part > Part.UNSPECIFIED && event.part <= Part.ABORT;
  const counts = [event.headSeq, event.offset, event.total];
  return (
    isPart && counts.every((count) => count <= maxCount) && event.ingressTimeUs <= maxTimeUs && event.epoch < 2 ** 31
  );
}

/** PostgreSQL keeps no U+0000 in texts. */
function areTexts(texts: readonly string[]): boolean {
  return texts.every((text) => text.length <= 4096 && !text.includes('\0'));
}
