/** Bus messages of a room: what was said (`all`), what changed (`st`), where the log ends (`chat.head`). */
export { ChatEvent, Part } from './gen/chat/v1/chat_event.js';
export { HeadBeacon, RoomHead } from './gen/chat/v1/head_beacon.js';
export {
  CapabilitiesChanged,
  Direction,
  Endpoint,
  EndpointCapabilities,
  EndpointMoved,
  EpochStarted,
  Joined,
  LeaveCause,
  Left,
  LoggingChanged,
  NicknameChanged,
  Participant,
  PolicyChanged,
  RoomClosed,
  RoomCreated,
  RoomPolicy,
  StateChange,
  StateEvent,
} from './gen/chat/v1/state_event.js';
