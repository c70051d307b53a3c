import { readdir, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi, { type LibraryHandle } from 'koffi';
import { RunError } from '../../common/errors.ts';

// What TensorFlow needs on Windows: Python's library beside its own, and the forms of `dlopen` and `dup2` there.

/** The libraries of Visual C++ that TensorFlow imports, and Windows itself does not have. */
const VISUAL_C = ['vcruntime140.dll', 'vcruntime140_1.dll', 'msvcp140.dll'];

/** A library with the names that TensorFlow imports from Python 3.12, but without Python (native/make-python312.ts). */
export function pythonStandIn(): string {
  return fileURLToPath(import.meta.resolve('#python312'));
}

/**
 * Finds the library of the Python that a TensorFlow was installed for, which its library imports. It is in the folder of
 * Python, in the one that a virtual environment names, or in a folder of `PATH`.
 *
 * @param packages the `site-packages` folder
 * @returns the stand-in if there is none
 */
export async function findPythonLibrary(packages: string): Promise<string> {
  const name = await libraryName(packages);
  const prefix = dirname(dirname(packages));
  const environment = await readFile(join(prefix, 'pyvenv.cfg'), 'utf8').catch(() => '');
  const home = /^home\s*=\s*(.+?)\s*$/m.exec(environment)?.[1];
  const path = process.env.PATH?.split(delimiter) ?? [];
  for (const folder of [prefix, ...(home ? [home] : []), ...path]) {
    const library = join(folder, name);
    if (await stat(library).catch(() => null)) return library;
  }
  return pythonStandIn();
}

/** Reads Python's version from the tag of the package, e.g. `Tag: cp312-cp312-win_amd64`. */
async function libraryName(packages: string): Promise<string> {
  const entries = await readdir(packages).catch(() => []);
  const info = entries.find((entry) => /^tensorflow(_intel|_cpu)?-.*\.dist-info$/.test(entry));
  const wheel = info ? await readFile(join(packages, info, 'WHEEL'), 'utf8').catch(() => '') : '';
  return `python${/^Tag: cp(\d+)-/m.exec(wheel)?.[1] ?? '312'}.dll`;
}

/** Flags of `GetModuleHandleEx`: the library stays loaded until the process ends. */
const PIN = 1;

/**
 * Loads libraries in their order, so that the later ones find the earlier ones, and keeps them loaded until the process
 * ends (see `pinLibraries`).
 *
 * @param quiet drops the output of the libraries while they load
 * @throws RunError if the Visual C++ runtime is missing
 */
export function pinWindowsLibraries(paths: readonly string[], quiet: boolean): void {
  requireVisualC();
  const c = koffi.load('ucrtbase.dll');
  passVariables(c);
  const system = koffi.load('kernel32.dll');
  const pin = system.func('int __stdcall GetModuleHandleExW(uint32_t, str16, _Out_ void **)');
  const open = () => {
    for (const path of paths) {
      koffi.load(path);
      pin(PIN, path, [null]);
    }
  };
  if (quiet) withoutStderr(c, system, open);
  else open();
}

function requireVisualC(): void {
  for (const name of VISUAL_C) {
    try {
      koffi.load(name);
    } catch {
      throw new RunError(
        `TensorFlow needs the Visual C++ runtime, and Windows does not find its ${name}: install the "Microsoft Visual ` +
          'C++ Redistributable" for x64 from https://aka.ms/vs/17/release/vc_redist.x64.exe',
      );
    }
  }
}

/** The C library has copied the environment when it was loaded, and does not see what Node changes later. */
function passVariables(c: LibraryHandle): void {
  const put = c.func('int _putenv_s(const char *, const char *)');
  for (const [name, value] of Object.entries(process.env))
    if (/^(TF|ONEDNN|DNNL|XLA|OMP)_/.test(name) && value !== undefined) put(name, value);
}

const STDERR = 2;
const STDERR_HANDLE = -12;
const WRITE_ONLY = 1;
const PROTECT_FROM_CLOSE = 2;

/**
 * The C library of TensorFlow has file descriptors of its own, which share their handles with those of Node. `_dup2` closes
 * the handle that it replaces, so that of Node must be protected.
 */
function withoutStderr(c: LibraryHandle, system: LibraryHandle, run: () => void): void {
  const handle: number = system.func('intptr_t __stdcall GetStdHandle(int32_t)')(STDERR_HANDLE);
  const setFlags = system.func('int __stdcall SetHandleInformation(intptr_t, uint32_t, uint32_t)');
  const duplicate = c.func('int _dup(int)');
  const duplicateTo = c.func('int _dup2(int, int)');
  const close = c.func('int _close(int)');
  const saved: number = duplicate(STDERR);
  if (saved < 0) {
    // Without a stderr there is nothing to keep quiet.
    run();
    return;
  }
  const sink: number = c.func('int _open(const char *, int)')('NUL', WRITE_ONLY);
  try {
    setFlags(handle, PROTECT_FROM_CLOSE, PROTECT_FROM_CLOSE);
    duplicateTo(sink, STDERR);
    run();
  } finally {
    duplicateTo(saved, STDERR);
    close(saved);
    close(sink);
    setFlags(handle, PROTECT_FROM_CLOSE, 0);
  }
}
