import {
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Logger } from '@plenary/telemetry';
import { dnsNamesOf, type InternalName } from '../tls/internal-names.js';
import type { HandlerFailure } from './handler.js';

type UnaryMethod = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => void;

/**
 * The same implementation for `callers` alone: who shows a certificate with another name is answered PERMISSION_DENIED. That
 * the certificate is one of our authorities was checked when the connection began. Throws for a method with streams.
 */
export function guarded(
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  callers: readonly InternalName[],
  logger: Logger,
): UntypedServiceImplementation {
  const allowed: ReadonlySet<string> = new Set(callers);
  const result: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(definition)) {
    const original = implementation[name];
    if (original === undefined) continue;
    if (method.requestStream || method.responseStream)
      throw new TypeError(`${method.path} has streams: its callers cannot be checked`);
    const serve = original.bind(implementation) as UnaryMethod;
    result[name] = ((call, callback) => {
      const names = dnsNamesOf(call.getAuthContext().sslPeerCertificate?.subjectaltname);
      if (names.some((one) => allowed.has(one))) {
        serve(call, callback);
        return;
      }
      logger.warn({ caller: names.slice(0, 4).join(','), method: method.path }, 'a caller was refused');
      const failure: HandlerFailure = { code: status.PERMISSION_DENIED, details: 'not for this caller' };
      callback(failure);
    }) satisfies UnaryMethod;
  }
  return result;
}
