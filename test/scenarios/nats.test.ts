import { runScenarios } from './runner/run.js';

runScenarios('nats');
