export { DatabaseError, isUniqueViolation, sqlState, type DatabaseErrorCode } from './errors.js';
export { migrate, type MigrateOptions } from './migrate.js';
export { openDatabase, type Database, type DatabaseOptions } from './pool.js';
export { inTransaction, type TransactionOptions } from './transaction.js';
