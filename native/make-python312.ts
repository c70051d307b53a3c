import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * `npx tsx native/make-python312.ts [FILE]` builds python312.dll with MinGW-w64 (Debian: gcc-mingw-w64-x86-64).
 *
 * TensorFlow's library for Windows imports the names of python312.txt from Python's DLL. It uses them only if Python loads
 * it, but Windows does not load it without them. So this library has the names: functions that return 0, and empty data.
 */

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [output = here('python312.dll')] = process.argv.slice(2);

/** Types, exceptions and singletons are data, everything else is a function. */
const DATA = /_Type$|^PyExc_|Struct$/;
/** Larger than any object of Python that C code could read. */
const DATA_BYTES = 512;

const declarations = readFileSync(here('python312.txt'), 'utf8')
  .trim()
  .split('\n')
  .map((name) =>
    DATA.test(name)
      ? `EXPORT char ${name}[${DATA_BYTES}];`
      : `EXPORT void *${name}(void) { return 0; }`,
  );
const source = `#define EXPORT __declspec(dllexport)
${declarations.join('\n')}
int __stdcall DllMain(void *instance, unsigned reason, void *reserved) { return 1; }
`;

const folder = mkdtempSync(join(tmpdir(), 'python312-'));
try {
  writeFileSync(join(folder, 'python312.c'), source);
  const independent = ['-shared', '-nostdlib', '-e', 'DllMain', '-fno-builtin', '-Os', '-s'];
  // Without a time stamp, the same compiler builds the same bytes.
  const reproducible = ['-Wl,--no-insert-timestamp', '-Wl,--disable-auto-image-base'];
  const files = ['-o', 'python312.dll', 'python312.c'];
  const options = [...independent, ...reproducible, '-w', ...files];
  execFileSync('x86_64-w64-mingw32-gcc', options, { cwd: folder, stdio: 'inherit' });
  copyFileSync(join(folder, 'python312.dll'), output);
} finally {
  rmSync(folder, { recursive: true });
}
