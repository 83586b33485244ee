/** Control of one focus replica. */
export {
  FocusServiceClient,
  type FocusServiceServer,
  FocusServiceService,
  SendOnFlowRequest,
  SendOnFlowResponse,
} from './gen/focus/v1/focus.js';
