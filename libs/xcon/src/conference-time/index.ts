export { maxOccurrences } from './recurrence.js';
export {
  joinAt,
  nextChangeMs,
  nextOccurrence,
  type Occurrence,
  occurrenceAt,
  readConferenceTime,
  type Schedule,
  type ScheduleEntry,
} from './schedule.js';
