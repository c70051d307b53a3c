import { join } from 'node:path';
import { cacheFolder } from '../../../cache/cache-folder.ts';
import { findLibraries, type Libraries } from './folder.ts';
import { thisHost } from './host.ts';
import { install } from './install.ts';
import { chooseDistribution, gpuObstacle } from './platforms.ts';

export interface Location extends Libraries {
  readonly source: 'installed' | 'CIFAR_RUN_TENSORFLOW';
}

/**
 * TensorFlow's libraries: those of the folder that `CIFAR_RUN_TENSORFLOW` names, else those of the
 * cache folder, where they are installed first if need be.
 *
 * @throws InputError where the folder named holds none; RunError where they cannot be installed.
 */
export async function locateTensorFlow({
  report,
}: {
  readonly report: (message: string) => void;
}): Promise<Location> {
  const given = process.env.CIFAR_RUN_TENSORFLOW;
  if (given) return { ...(await findLibraries(given)), source: 'CIFAR_RUN_TENSORFLOW' };

  const host = thisHost();
  const wanted = chooseDistribution(host);
  const obstacle = gpuObstacle(host);
  if (obstacle) report(obstacle);
  const folder = await install(wanted, { cache: cacheFolder(), report });
  return {
    folder,
    framework: join(folder, wanted.framework),
    core: join(folder, wanted.core),
    version: wanted.version,
    variant: wanted.variant,
    source: 'installed',
  };
}
