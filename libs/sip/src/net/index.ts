export { systemDns } from './dns.js';
export type { SipTransportFault, SipTransportFaultCode } from './fault.js';
export { DEFAULT_TRANSPORT_LIMITS, type SipTransportLimits } from './limits.js';
export {
  defaultPort,
  type NaptrRecord,
  orderSrv,
  type ResolveOptions,
  resolveSipUri,
  type SipDns,
  type SrvRecord,
} from './resolve.js';
export { responseAddress } from './response-route.js';
export { type OpenSipTransport, openSipTransport, type SipTransportOptions } from './transport.js';
export type { SipTlsOptions } from './tls-material.js';
