import type { Logger as PinoLogger } from 'pino';

/** What the audit log may be asked about later. A closed list. */
export const auditActions = [
  'conference.created',
  'conference.changed',
  'conference.deleted',
  'user.added',
  'user.changed',
  'user.removed',
  'users.changed',
  'history.read',
  'history.erased',
  'history.expired',
  'account.put',
  'account.removed',
  'account.listed',
  'certificate.renewed',
] as const;

export type AuditAction = (typeof auditActions)[number];

/** Who did it to what: identities as `Telemetry.hash`es, never names. */
export interface AuditFields {
  /** Default `done`. */
  readonly outcome?: 'done' | 'refused' | undefined;
  /** Response code of the protocol, where there is one. */
  readonly code?: number | undefined;
  readonly actor_hash?: string | undefined;
  readonly room_hash?: string | undefined;
  readonly target_hash?: string | undefined;
  /** How many of what it was about. */
  readonly count?: number | undefined;
  /** A word of ours, for what the action alone does not say. */
  readonly reason?: string | undefined;
}

/** Writes one line of the audit log: an act that somebody answers for. */
export type Audit = (action: AuditAction, fields?: AuditFields) => void;

/** Lines with `"log":"audit"`, whatever the level of the other lines is. */
export function openAudit(log: PinoLogger): Audit {
  const lines = log.child({ logger: 'audit', log: 'audit' }, { level: 'info' });
  return (action, { outcome = 'done', ...fields } = {}) => {
    lines.info({ action, outcome, ...fields }, `${action} ${outcome}`);
  };
}
