export { connectTcp, connectTls, type ConnectTcpOptions, type ConnectTlsOptions } from './connect.js';
export { fingerprintOf, matchesFingerprint } from './fingerprint.js';
export { listenMsrp, type ListenMsrpOptions } from './listen.js';
export type { MsrpSocket, MsrpSocketHandlers } from './socket.js';
export type { RefusalReason, SocketListener, TlsMaterial } from '@plenary/wire/net';
