/** Control of one msrp-edge, and its registry entry. */
export {
  CloseSessionRequest,
  CloseSessionResponse,
  EdgeServiceClient,
  type EdgeServiceServer,
  EdgeServiceService,
  ReserveRequest,
  ReserveResponse,
  SessionRecord,
  StatsRequest,
  StatsResponse,
  UpdateRequest,
  UpdateResponse,
} from './gen/edge/v1/edge.js';
export { EdgeEntry } from './gen/edge/v1/registry.js';
