/** What can be wrong with the database as a whole; faults of single statements stay `pg.DatabaseError`. */
export type DatabaseErrorCode = 'bad-url' | 'bad-authorities' | 'unreachable' | 'migration-failed';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  constructor(
    readonly code: DatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One line that says where PostgreSQL was looked for and which setting says so; never the password. */
export function unreachable(url: string, cause: unknown): DatabaseError {
  const { hostname, port, pathname, username } = new URL(url);
  const place = `${hostname === '' ? 'localhost' : hostname}:${port === '' ? '5432' : port}${pathname}`;
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new DatabaseError(
    'unreachable',
    `PostgreSQL at ${place} (user ${username === '' ? 'by default' : username}) does not answer: ${reason}. Check the setting DATABASE_URL.`,
    { cause },
  );
}

function reasonOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return reasonOf(error.errors[0]);
  return error.message === '' ? (sqlState(error) ?? error.name) : error.message;
}

/** The five-character SQLSTATE of a failed statement (or Node's code of a failed connection). */
export function sqlState(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** True where a statement was prepared before a migration changed what it gives back. */
export function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && error instanceof Error && /cached plan/.test(error.message);
}

/** True for a violated unique constraint (23505), of that name if one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false;
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}
