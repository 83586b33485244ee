export { applyDiff, type ApplyDiffOptions } from './apply-diff.js';
export { applyPartial, PARTIAL_FAULTS, PartialFault, type PartialFaultCode } from './apply-partial.js';
export { type ConferenceInfoOptions, toConferenceInfo } from './conference-info.js';
export { diffDocuments, formatDiff } from './diff-documents.js';
export { DIFF_FAULTS, DiffFault, type DiffFaultCode } from './diff-fault.js';
export { eventMediaTypes } from './media-types.js';
export { partialConferenceInfo } from './partial.js';
