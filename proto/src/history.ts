/** The kept log of logged rooms. */
export {
  EraseRequest,
  EraseResponse,
  HistoryServiceClient,
  type HistoryServiceServer,
  HistoryServiceService,
  KeptMessage,
  QueryRequest,
  QueryResponse,
  ReadRequest,
  ReadResponse,
} from './gen/history/v1/history.js';
