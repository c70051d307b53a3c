import type { Target } from '../target.ts';
import { configurationsByByte, configurationsByStructure } from './configurations.ts';
import { archives, datasetFiles, imageFiles, tables } from './data.ts';
import { randomExperiments } from './experiments.ts';
import { operations } from './operations.ts';
import { commandLines, urls } from './program.ts';
import { pageRequests, runFolders } from './runs.ts';
import { weightFiles } from './weights.ts';

export const targets: readonly Target[] = [
  configurationsByStructure,
  configurationsByByte,
  weightFiles,
  archives,
  imageFiles,
  datasetFiles,
  tables,
  urls,
  runFolders,
  pageRequests,
  commandLines,
  randomExperiments,
  operations,
];
