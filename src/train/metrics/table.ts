import type { MetricConfig } from '../../config/experiment.ts';
import { accuracy } from './accuracy.ts';
import { auc } from './auc.ts';
import { f1 } from './f1.ts';
import type { Metric } from './metric.ts';
import { mse } from './mse.ts';
import { precision } from './precision.ts';
import { recall } from './recall.ts';
import { topK } from './topK.ts';

export const metrics: Readonly<Record<MetricConfig['name'], (config: MetricConfig) => Metric>> = {
  accuracy: () => accuracy,
  topK: ({ k }) => topK(k ?? 5),
  mse: () => mse,
  auc: () => auc,
  precision: () => precision,
  recall: () => recall,
  f1: () => f1,
};
