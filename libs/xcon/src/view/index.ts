export { conferenceView, type ConferenceView } from './conference-view.js';
export type { FloorInformationView, FloorView, UriView } from './floor-view.js';
export type {
  CollaborationView,
  ControlsView,
  FileTransferView,
  MediaStatus,
  MediumView,
  StreamView,
} from './media-view.js';
export { defaultRoomPolicy, type HistoryView, type LoggingView, type RoomPolicyView } from './room-policy.js';
export type { ConferenceTimeView, MixingOffsetView } from './times-view.js';
export {
  type AdmissionPolicy,
  type AdmissionView,
  type Anonymity,
  type ConferenceRole,
  type EndpointView,
  type JoinHandling,
  type PersistentUserView,
  type TargetMethod,
  type TargetView,
  userView,
  type UserView,
} from './users-view.js';
