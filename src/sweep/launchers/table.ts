import type { Launcher } from './launcher.ts';
import { localLauncher } from './local.ts';
import { slurmLauncher } from './slurm.ts';

/** By their names in files. */
export const launchers: Readonly<Record<'local' | 'slurm', Launcher>> = {
  local: localLauncher,
  slurm: slurmLauncher,
};
