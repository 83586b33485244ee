/** Conference control: a client of CCMP (RFC 6503). */
export { CcmpClient } from './client.js';
export { type CcmpClientOptions, CcmpConnection } from './connection.js';
export { CcmpFailure, type CcmpFailureOrigin } from './failure.js';
export type { CcmpTls } from './http-exchange.js';
export { locateCcmpServer, type NaptrRecord, type NaptrResolver } from './locate.js';
export { type ObjectOperations } from './object-operations.js';
export type { AskOptions, CcmpResult, CcmpSuccess, Conference, ConferenceUser } from './results.js';
