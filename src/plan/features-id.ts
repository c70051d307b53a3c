import type { Experiment } from '../config/experiment.ts';
import { viewsOf } from '../data/views.ts';
import { definitionOf, type Prefix } from '../model/prefix.ts';
import { version } from '../version.ts';
import type { Contents } from './contents.ts';
import { byContent, canonicalHash } from './id.ts';

/**
 * Depends on all that shapes the features of frozen layers whose weights no phase has trained yet, but for the
 * machine: experiments of one id have them in common, whatever else they do.
 */
export function featuresId(experiment: Experiment, contents: Contents, prefix: Prefix): string {
  const { seed, features } = experiment;
  const { data, model } = byContent(experiment, contents);
  const { augment, sampling: _, classWeights: __, ...pictures } = data;
  return canonicalHash({
    program: version,
    seed,
    pictures,
    views: viewsOf(augment),
    backbone: model.backbone,
    layers: definitionOf(prefix),
    dtype: features.dtype,
  });
}
