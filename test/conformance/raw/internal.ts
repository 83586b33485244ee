import { HistoryServiceClient } from '@plenary/proto/history';
import {
  AdmitRequest,
  type AdmitResponse,
  type ConferenceMessage,
  ConferenceServiceClient,
  type GetDocumentResponse,
  type Identity,
  type Operation,
  PerformRequest,
  type PerformResponse,
  type Requestor,
  RoomStateServiceClient,
} from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { ident } from './messages.js';
import type { System } from './system.js';

const deadline = { deadlineMs: 10_000 };

/** The gRPC faces inside the system, asked as an edge or a ccmp asks them. */
export class Internal {
  constructor(private readonly system: System) {}

  /** What a user of demo mode has when it has proven its password. */
  identityOf(name: string): Identity {
    return {
      username: name,
      uris: [`sip:${name}@localhost`],
      systemRoles: [],
      userIds: [`xcon-userid:${name}@localhost`],
    };
  }

  async perform(
    requestor: Requestor | undefined,
    message: ConferenceMessage,
    operation: Operation,
    parts: Partial<PerformRequest>,
  ): Promise<PerformResponse> {
    const client = openGrpcClient(ConferenceServiceClient, this.#roomState);
    try {
      const request = PerformRequest.fromPartial({ requestId: ident(), message, operation, ...parts });
      return await unary(client, client.perform, { ...request, requestor }, deadline);
    } finally {
      client.close();
    }
  }

  async document(conferenceUri: string, viewer: Identity | undefined): Promise<GetDocumentResponse> {
    const client = openGrpcClient(ConferenceServiceClient, this.#roomState);
    try {
      const key = { $case: 'conferenceUri', value: conferenceUri } as const;
      return await unary(client, client.getDocument, { key, viewer }, deadline);
    } finally {
      client.close();
    }
  }

  async admit(parts: Partial<AdmitRequest>): Promise<AdmitResponse> {
    const client = openGrpcClient(RoomStateServiceClient, this.#roomState);
    try {
      return await unary(client, client.admit, AdmitRequest.fromPartial({ requestId: ident(), ...parts }), deadline);
    } finally {
      client.close();
    }
  }

  /** Messages the log of a room has for a caller that names it by `room`. Rejects as the call does. */
  async logOf(room: string): Promise<number> {
    const client = openGrpcClient(HistoryServiceClient, this.system.stack.address('history', 'gRPC'));
    const asked = { room, sinceUs: 0n, beforeUs: 0n, count: 100, cursor: '', forward: true };
    try {
      return (await unary(client, client.read, asked, deadline)).messages.length;
    } finally {
      client.close();
    }
  }

  get #roomState(): string {
    return this.system.stack.address('room-state', 'gRPC');
  }
}
