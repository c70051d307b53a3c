import os from 'node:os';
import { readNote, writeNote } from '../../cache/cache-folder.ts';
import { openStore } from '../../cache/store.ts';
import { chooseCompiler } from '../../engine/choose.ts';
import type { Engine } from '../../engine/engine.ts';
import { canonicalHash } from '../../plan/id.ts';
import type { Plan, PlannedPhase } from '../../plan/plan.ts';
import type { TrainingCallback } from '../callbacks.ts';

const KIND = 'features';

type Machine = Pick<Engine, 'threads' | 'compiler'>;

/**
 * Keys of features are known only once images, weights and engine are there. What a plan's features were
 * found under is noted, so that another plan of the same features can say that they are in the cache.
 */
export function noteFeatures(plan: Pick<Plan, 'phases'>, engine: Machine): TrainingCallback {
  return {
    async phaseBegin({ phase, features }) {
      const planned = plan.phases.find(({ name }) => name === phase.name);
      if (!planned?.featuresId || !features?.keys.length) return;
      await writeNote(KIND, noteName(planned.featuresId, engine), features.keys);
    },
  };
}

/** The plan with what is in the cache of its features, for a run that takes all cores. */
export async function withCached(plan: Plan): Promise<Plan> {
  return { ...plan, phases: await Promise.all(plan.phases.map(lookUp)) };
}

async function lookUp(phase: PlannedPhase): Promise<PlannedPhase> {
  const { features, featuresId, epochs } = phase;
  if (!features || features.uncached !== null || !featuresId) return phase;
  const machine = { threads: os.availableParallelism(), compiler: chooseCompiler(true) };
  const keys = (await readNote(KIND, noteName(featuresId, machine))) as readonly string[] | null;
  const there = new Set(await openStore().keys(KIND));
  if (!keys?.every((key) => there.has(key))) return phase;
  return { ...phase, features: { ...features, cached: true, flopsSaved: epochs * features.flops } };
}

function noteName(featuresId: string, { threads, compiler }: Machine): string {
  return canonicalHash({ featuresId, threads, compiler, cpu: os.cpus()[0]?.model });
}
