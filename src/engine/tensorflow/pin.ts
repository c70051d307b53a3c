import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import koffi from 'koffi';

const RTLD_LAZY = 1;
const STDERR = 2;

/**
 * Opens shared libraries for the life of the process. Koffi alone would unload them at exit, under the
 * feet of TensorFlow's threads, which ends the process with a segmentation fault.
 * @param quiet drops what they print while they load: TensorFlow then does not yet heed its log level.
 */
export function pinLibraries(paths: readonly string[], quiet: boolean): void {
  const dlopen = koffi.load(null).func('void *dlopen(const char *, int)');
  const open = () => {
    for (const path of paths) dlopen(path, RTLD_LAZY);
  };
  if (quiet) withoutStderr(open);
  else open();
}

function withoutStderr(run: () => void): void {
  const libc = koffi.load(null);
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const saved: number = dup(STDERR);
  const sink = openSync(devNull, 'w');
  try {
    dup2(sink, STDERR);
    run();
  } finally {
    dup2(saved, STDERR);
    closeSync(saved);
    closeSync(sink);
  }
}
