import { ConferenceMessage, Operation, PerformRequest } from '@plenary/proto/roomstate';
import type { AuditAction, AuditFields } from '@plenary/telemetry';
import { describe, expect, it } from 'vitest';
import { conferenceAudit } from './conference-audit.js';

type Line = AuditFields & { readonly action: AuditAction };

function linesOf(
  message: ConferenceMessage,
  operation: Operation,
  code: number,
  given: Partial<PerformRequest> = {},
): readonly Line[] {
  const lines: Line[] = [];
  const tell = conferenceAudit({
    audit: (action, fields = {}) => void lines.push({ action, ...fields }),
    hash: (kind, id) => `${kind}(${id})`,
  });
  const request = PerformRequest.create({
    message,
    operation,
    object: 'xcon:a@example.com',
    requestor: { userId: 'xcon-userid:asker@example.com' },
    ...given,
  });
  tell(request, { code, object: '', userId: '' });
  return lines;
}

describe('conferenceAudit', () => {
  it('has one line for each change that was made, with who asked and of what', () => {
    expect(linesOf(ConferenceMessage.CONF, Operation.UPDATE, 200)).toEqual([
      {
        action: 'conference.changed',
        outcome: 'done',
        code: 200,
        actor_hash: 'participant(xcon-userid:asker@example.com)',
        room_hash: 'room(xcon:a@example.com)',
      },
    ]);
    const target = { targetUserId: 'xcon-userid:b@example.com' };
    expect(linesOf(ConferenceMessage.USER, Operation.DELETE, 200, target)).toMatchObject([
      { action: 'user.removed', target_hash: 'participant(xcon-userid:b@example.com)' },
    ]);
  });

  it.each([401, 403, 421, 422, 424, 426])('SEC-001 tells of a request refused with %i', (code) => {
    expect(linesOf(ConferenceMessage.CONF, Operation.DELETE, code)).toMatchObject([
      { action: 'conference.deleted', outcome: 'refused', code },
    ]);
    expect(linesOf(ConferenceMessage.HISTORY, Operation.RETRIEVE, code)).toMatchObject([
      { action: 'history.read', outcome: 'refused', code },
    ]);
  });

  it('does not tell of what changed nothing: documents read, requests that make no sense, conflicts', () => {
    expect(linesOf(ConferenceMessage.CONF, Operation.RETRIEVE, 200)).toEqual([]);
    expect(linesOf(ConferenceMessage.USERS, Operation.RETRIEVE, 403)).toEqual([]);
    for (const code of [400, 404, 409]) expect(linesOf(ConferenceMessage.CONF, Operation.UPDATE, code)).toEqual([]);
  });

  it('leaves to ccmp what history did, which knows how much it was', () => {
    expect(linesOf(ConferenceMessage.HISTORY, Operation.RETRIEVE, 200)).toEqual([]);
    expect(linesOf(ConferenceMessage.HISTORY, Operation.DELETE, 200)).toEqual([]);
  });

  it('names nobody where nobody was named', () => {
    const [line] = linesOf(ConferenceMessage.CONF, Operation.CREATE, 424, { object: '', requestor: undefined });
    expect(line).toEqual({ action: 'conference.created', outcome: 'refused', code: 424 });
  });
});
