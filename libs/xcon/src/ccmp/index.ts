export { CcmpFault, type CcmpFaultContext } from './fault.js';
export {
  type CcmpMessageForm,
  type CcmpMessageKind,
  ccmpMessageKinds,
  ccmpMessages,
  type CcmpOperation,
  ccmpOperations,
  isCcmpOperation,
  standardMessageNames,
} from './kinds.js';
export { type CcmpLimits, defaultCcmpLimits } from './limits.js';
export { type ListedObject, listedObjects, sidebarDocuments, sidebarsInfo, urisInfo } from './lists.js';
export { type CcmpOption, type CcmpOptions } from './options.js';
export { readCcmpRequest } from './read-request.js';
export { readCcmpResponse } from './read-response.js';
export { type CcmpRequest, type CcmpRequestToSend, type CcmpSubject, writeCcmpRequest } from './request.js';
export { type CcmpResponse, responseTo, responseToFault, writeCcmpResponse } from './response.js';
export { type CcmpResponseCode, type CcmpRetry, responseCode, responseCodes } from './response-codes.js';
