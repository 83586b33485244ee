/** Every service of the system: in one process (`startStack`), or as one process each (`startProcesses`). */
export { openBroker, type Broker, type BrokerOptions } from './broker.js';
export { makePlan, type Listener, type PlannedService, type PlanOptions, type ServiceKind } from './plan.js';
export {
  startProcesses,
  type Processes,
  type ProcessesOptions,
  type ProcessEnd,
  type ServiceProcess,
} from './processes.js';
export { devSettings, type DevSettings } from './settings.js';
export { startStack, type Stack, type StackOptions } from './stack.js';
