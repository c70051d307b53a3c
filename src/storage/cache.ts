import { resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * Folder of what is fetched once and used by every run: the engine, data, weights. `CIFAR_RUN_CACHE`
 * if set; else `$XDG_CACHE_HOME/cifar-run`, `~/.cache/cifar-run`, or `~/Library/Caches/cifar-run` on
 * macOS. It may not exist yet.
 */
export function cacheFolder(): string {
  return resolve(process.env.CIFAR_RUN_CACHE || envPaths('cifar-run', { suffix: '' }).cache);
}
