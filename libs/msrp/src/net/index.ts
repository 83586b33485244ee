export {
  connectTcp,
  listenTcp,
  type ConnectTcpOptions,
  type ListenTcpOptions,
  type MsrpSocket,
  type MsrpSocketHandlers,
  type TcpListener,
} from './tcp.js';
