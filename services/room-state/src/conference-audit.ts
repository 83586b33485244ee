import { ConferenceMessage, Operation, type PerformRequest, type PerformResponse } from '@plenary/proto/roomstate';
import type { Audit, AuditAction, Telemetry } from '@plenary/telemetry';

const objects = { create: 'conference.created', update: 'conference.changed', delete: 'conference.deleted' } as const;

/** What a request of conference control is called in the audit log; reading a document is not told, reading the history is. */
const actions: Partial<Record<ConferenceMessage, Readonly<Record<string, AuditAction>>>> = {
  [ConferenceMessage.BLUEPRINT]: objects,
  [ConferenceMessage.CONF]: objects,
  [ConferenceMessage.SIDEBAR_BY_VAL]: objects,
  [ConferenceMessage.SIDEBAR_BY_REF]: objects,
  [ConferenceMessage.USER]: { create: 'user.added', update: 'user.changed', delete: 'user.removed' },
  [ConferenceMessage.USERS]: { update: 'users.changed' },
  [ConferenceMessage.HISTORY]: { retrieve: 'history.read', delete: 'history.erased' },
};

const words: Partial<Record<Operation, string>> = {
  [Operation.RETRIEVE]: 'retrieve',
  [Operation.CREATE]: 'create',
  [Operation.UPDATE]: 'update',
  [Operation.DELETE]: 'delete',
};

/** Codes of RFC 6503 section 5.4 that say no to somebody, rather than to a request that makes no sense. */
const denials: ReadonlySet<number> = new Set([401, 403, 421, 422, 424, 426]);

/**
 * Tells the audit log of an answered request: once where it was done, or refused to somebody. What history did is told by history and ccmp, who
 * know how much it was; here only its refusal. Req: SEC-001.
 */
export function conferenceAudit({ audit, hash }: { readonly audit: Audit; readonly hash: Telemetry['hash'] }) {
  return (request: PerformRequest, answer: Pick<PerformResponse, 'code' | 'object' | 'userId'>): void => {
    const action = actions[request.message]?.[words[request.operation] ?? ''];
    const isDenied = denials.has(answer.code);
    if (action === undefined || (answer.code !== 200 && !isDenied)) return;
    if (request.message === ConferenceMessage.HISTORY && !isDenied) return;
    const actor = answer.userId === '' ? (request.requestor?.userId ?? '') : answer.userId;
    const object = answer.object === '' ? request.object : answer.object;
    audit(action, {
      outcome: isDenied ? 'refused' : 'done',
      code: answer.code,
      ...(actor === '' ? {} : { actor_hash: hash('participant', actor) }),
      ...(object === '' ? {} : { room_hash: hash('room', object) }),
      ...(request.targetUserId === '' ? {} : { target_hash: hash('participant', request.targetUserId) }),
    });
  };
}
