import { runScenarios } from './runner/run.js';

runScenarios('memory');
