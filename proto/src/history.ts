/** The kept log of logged rooms. */
export {
  HistoryServiceClient,
  type HistoryServiceServer,
  HistoryServiceService,
  KeptMessage,
  QueryRequest,
  QueryResponse,
} from './gen/history/v1/history.js';
