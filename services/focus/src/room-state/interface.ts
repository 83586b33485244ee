import type { EndpointCapabilities, LeaveCause } from '@plenary/proto/chat';
import type {
  AdmitRequest,
  AdmitResponse,
  CallFailure,
  GetDocumentRequest,
  GetDocumentResponse,
  RoomView,
} from '@plenary/proto/roomstate';

export type DigestAlgorithmName = 'MD5' | 'SHA-256';

/** What an account proves itself with, and what it may call itself. */
export interface Credential {
  /** H(A1), lower-case hex. */
  readonly ha1: string;
  /** URIs the account may use, its address of record first. */
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

/** What the focus asks of room-state. Every call has a deadline and throws `RpcError` when it is not met. */
export interface RoomState {
  /** Undefined for an unknown user. */
  credential(username: string, realm: string, algorithm: DigestAlgorithmName): Promise<Credential | undefined>;
  admit(request: AdmitRequest): Promise<AdmitResponse>;
  join(requestId: string, room: string, chatId: string, edgeId: string): Promise<{ joined: boolean }>;
  leave(requestId: string, room: string, chatId: string, cause: LeaveCause): Promise<void>;
  updateCapabilities(
    requestId: string,
    room: string,
    chatId: string,
    capabilities: EndpointCapabilities,
  ): Promise<void>;
  roomByUri(conferenceUri: string): Promise<RoomView | undefined>;
  roomById(room: string): Promise<RoomView | undefined>;
  /** A call into the room came to nothing. */
  reportCall(requestId: string, room: string, callId: string, failure: CallFailure): Promise<void>;
  /** The conference document as one user may see it, or why not. */
  document(request: GetDocumentRequest): Promise<GetDocumentResponse>;
}
