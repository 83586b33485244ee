export {
  listenSockets,
  type AcceptedSocket,
  type ListenOptions,
  type RefusalReason,
  type SocketListener,
  type TlsMaterial,
} from './listen.js';
export { parseNetworks, plainAddress, type Networks } from './networks.js';
