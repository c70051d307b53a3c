#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { exportFormats, LAUNCHER_OPTIONS } from './commands/options.ts';
import { didYouMean } from './common/did-you-mean.ts';
import { explain, InputError, InterruptedError } from './common/errors.ts';
import { interruptSignal } from './common/signals.ts';
import { version } from './common/version.ts';
import { commandLine, RUNS } from './runs/places.ts';

/*
 * The command line. Each command imports its implementation when it runs, so that `--help` and `check` load nothing
 * heavy. This is the only place that catches errors and sets the exit code.
 */

const collect = (value: string, before: string[]) => [...before, value];

const RUN_HELP = 'id, folder, the start of either, latest, latest~1 or best:val_accuracy';
const MODEL_HELP = `a run (${RUN_HELP}), or the folder of an exported model`;
const RUNS_OPTION = ['--runs <folder>', 'folder of all runs', RUNS] as const;
const JSON_OPTION = ['--json', 'print JSON'] as const;

/** Adds the options of commands that read an experiment file. */
function withOverrides(command: Command): Command {
  return command
    .option('--set <path=value>', 'override a value, e.g. phases.head.epochs=5', collect, [])
    .option('--set-file <path=file>', 'override a value by the content of a file', collect, []);
}

/** Adds the options of the launcher of a sweep. */
function withLauncher(command: Command): Command {
  return LAUNCHER_OPTIONS.reduce(
    (before, { option, description }) => before.option(`--${option} <value>`, description),
    command.option('--wait', 'with --launcher slurm: wait until all runs have ended', false),
  );
}

/** @param fallback the device if the option is not given */
function deviceOption(fallback: string): Option {
  const description = `device that computes (default: ${fallback})`;
  return new Option('--device <name>', description).choices(['auto', 'gpu', 'cpu']);
}

// A container may run as a user that the system does not know, so that there is no home folder for the cache.
try {
  homedir();
} catch {
  process.env.HOME = tmpdir();
}

const program = new Command('cifar-run')
  .description('Train image classifiers from a YAML file.')
  .version(version)
  .option('--verbose', 'show the log of TensorFlow and stack traces of errors')
  .option('--offline', 'make no request to the network')
  .option(
    '--sandboxed',
    'also read nothing outside the folders of the file, of runs and of the cache',
  )
  .hook('preAction', async (_, command) => {
    const { offline, sandboxed } = program.opts();
    if (offline || sandboxed) await restrict(command, sandboxed);
  })
  .showHelpAfterError('(cifar-run --help lists commands and options)')
  // A wrong option is wrong input; --help and --version are not.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Applies `--offline` and `--sandboxed`, for files of strangers. */
async function restrict(command: Command, sandboxed: boolean): Promise<void> {
  const { enterSandbox, goOffline } = await import('./common/sandbox.ts');
  if (!sandboxed) return goOffline();
  const { cacheFolder } = await import('./cache/cache-folder.ts');
  const files = command.args.filter((argument) => /\.ya?ml$/i.test(argument));
  enterSandbox([...files.map(dirname), command.opts().runs ?? RUNS, cacheFolder()]);
}

withLauncher(withOverrides(program.command('run', { isDefault: true })))
  .description('run an experiment or a sweep (the default command)')
  .argument('<file>', 'experiment file (YAML)')
  .option(...RUNS_OPTION)
  .option('--no-compile', 'run each operation of a step on its own, for debugging')
  .option('--profile', 'write the time of each operation to profile.txt and profile.json')
  .option('--threads <n>', 'threads within an operation (default: all cores)')
  .addOption(deviceOption('as in the file'))
  .option('--needed', 'reuse a finished run with the same id (default in a sweep)')
  .option('--no-needed', 'repeat all runs of a sweep')
  .option('--resume', 'run what is missing or failed, resume interrupted runs', false)
  .option('--jobs <n>', 'runs of a sweep at once, or auto', '1')
  .option('--retries <n>', 'retries of a failed run (default: as in the file)')
  .option('--fail-fast', 'end a sweep at the first failed run', false)
  .option('--limit <n>', 'maximum number of runs of a sweep to start')
  .option('--dry-run', 'show the runs without starting them', false)
  .action(async (file, options) => {
    const { runCommand } = await import('./commands/run.ts');
    await runCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('init')
  .description('write an experiment for your images, with the best of some measured backbones')
  .argument('[data]', 'folder, archive or table of images, or the name of a dataset')
  .option('-o, --out <file>', 'experiment file to write (default: <name>.yaml)')
  .option('--force', 'replace the file if it exists')
  .option('--backbones <names>', 'backbones to compare, separated by commas')
  .option('--sizes <pixels>', 'heights of square inputs to compare, e.g. 160,224')
  .option('--images <n>', 'maximum number of training images to measure with', '2000')
  .option('--splits <n>', 'number of random splits to measure with', '5')
  .option('--yes', 'ask nothing, also on a terminal')
  .option(...JSON_OPTION)
  .action(async (word, options) => {
    const { initCommand } = await import('./commands/init.ts');
    await initCommand(word, { ...options, ...program.opts(), signal: interruptSignal() });
  });

withOverrides(program.command('check'))
  .description('validate experiment files and show their plans')
  .argument('<file...>', 'experiment files (YAML)')
  .option(...RUNS_OPTION)
  .option('--resolved', 'print the experiment with every default')
  .option(...JSON_OPTION)
  .action(async (files, options) => {
    const { checkCommand } = await import('./commands/check.ts');
    await checkCommand(files, options);
  });

program
  .command('resume')
  .description('resume an interrupted or failed run from its last checkpoint')
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--threads <n>', 'threads within an operation (default: as before)')
  .addOption(deviceOption('as before'))
  .option('--no-compile', 'run each operation of a step on its own, for debugging')
  .action(async (run, options) => {
    const { resumeCommand } = await import('./commands/resume.ts');
    await resumeCommand(run, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('verify')
  .description('replay a part of a run and compare it, byte for byte')
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--from <checkpoint>', 'start, best, previous or last', 'start')
  .option('--epochs <n>', 'number of epochs to replay (default: all recorded)')
  .option('--threads <n>', 'threads within an operation (default: as before)')
  .addOption(deviceOption('as before'))
  .action(async (run, options) => {
    const { verifyCommand } = await import('./commands/verify.ts');
    await verifyCommand(run, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('artifacts')
  .description('write the tables and charts of a finished run again')
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .action(async (run, options) => {
    const { artifactsCommand } = await import('./commands/artifacts.ts');
    await artifactsCommand(run, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('list')
  .description('list runs, the latest first')
  .argument('[experiment]', 'only runs of this experiment')
  .option(...RUNS_OPTION)
  .option('--status <status>', 'only running, finished, stopped, failed or interrupted runs')
  .option('--best <metric>', 'sort by a metric, the best first, e.g. val_loss')
  .option(...JSON_OPTION)
  .action(async (experiment, options) => {
    const { listCommand } = await import('./commands/list.ts');
    await listCommand(experiment, options);
  });

program
  .command('show')
  .description('show the record of a run, or all runs of an experiment or sweep')
  .argument('<run>', `${RUN_HELP}; or an experiment or sweep`)
  .option(...RUNS_OPTION)
  .option(...JSON_OPTION)
  .action(async (run, options) => {
    const { showCommand } = await import('./commands/show.ts');
    await showCommand(run, options);
  });

program
  .command('compare')
  .description('compare runs, or the trials of a sweep')
  .argument('<run...>', `${RUN_HELP}; or an experiment or sweep, for all its runs`)
  .option(...RUNS_OPTION)
  .option('--filter <condition>', "e.g. 'val_accuracy > 0.8 and vars.dropout = 0.25'")
  .option('--sort <column>', 'metrics: the best first; others ascending; -column reverses')
  .option('--columns <names>', "e.g. 'run,seed,val_*' (default: columns that differ)")
  .option('--group-by <names>', 'one row for all runs that agree in these columns')
  .option('--csv', 'print CSV')
  .option(...JSON_OPTION)
  .option('--md', 'print Markdown')
  .action(async (runs, options) => {
    const { compareCommand } = await import('./commands/compare.ts');
    await compareCommand(runs, options);
  });

program
  .command('diff')
  .description('compare two runs, evaluations or sweeps')
  .argument('<first>', `${RUN_HELP}; the folder of an evaluation; or a sweep`)
  .argument('<second>', 'the same')
  .option(...RUNS_OPTION)
  .option('--metric <name>', 'only this metric, e.g. val_accuracy')
  .option('--only-changed', 'only values that differ')
  .option('--fail-if <condition>', "exit with code 3 if true, e.g. 'val_accuracy < -0.5%'")
  .option('--csv', 'print CSV')
  .option(...JSON_OPTION)
  .option('--md', 'print Markdown')
  .action(async (first, second, options) => {
    const { diffCommand } = await import('./commands/diff.ts');
    await diffCommand(first, second, options);
  });

program
  .command('report')
  .description('write a report of runs as one HTML file')
  .argument('<run...>', `${RUN_HELP}; or an experiment or sweep, for all its runs`)
  .option(...RUNS_OPTION)
  .option('-o, --out <file>', 'output file', 'report.html')
  .option('--force', 'replace a file that is not a report')
  .action(async (runs, options) => {
    const { reportCommand } = await import('./commands/report.ts');
    await reportCommand(runs, options);
  });

program
  .command('ui')
  .description('live web dashboard of all runs')
  .option(...RUNS_OPTION)
  .option('--host <name>', 'address to listen on; 0.0.0.0: all interfaces', '127.0.0.1')
  .option('--port <n>', 'port to listen on; 0: any free port', '8321')
  .action(async (options) => {
    const { uiCommand } = await import('./commands/ui.ts');
    await uiCommand(options);
  });

program
  .command('rm')
  .description('delete runs')
  .argument('<run...>', `${RUN_HELP}; or an experiment or sweep, for all its runs`)
  .option(...RUNS_OPTION)
  .option('--yes', 'delete without confirmation')
  .action(async (runs, options) => {
    const { rmCommand } = await import('./commands/rm.ts');
    await rmCommand(runs, options);
  });

program
  .command('predict')
  .description('predict the classes of images')
  .argument('<model>', MODEL_HELP)
  .argument('<image...>', 'files, folders, globs, URLs, or - for standard input')
  .option(...RUNS_OPTION)
  .option('--top <n>', 'number of classes to print for each image', '1')
  .addOption(deviceOption('auto'))
  .option('--csv', 'print CSV')
  .option('--json', 'print a line of JSON for each image')
  .action(async (model, images, options) => {
    const { predictCommand } = await import('./commands/predict.ts');
    await predictCommand(model, images, {
      ...options,
      ...program.opts(),
      signal: interruptSignal(),
    });
  });

program
  .command('evaluate')
  .description('evaluate a model on other images')
  .argument('<model>', MODEL_HELP)
  .requiredOption('--data <name>', 'folder, archive or table of images, or the name of a dataset')
  .option(...RUNS_OPTION)
  .addOption(
    new Option('--split <name>', 'images to use (default: test if there are such)').choices([
      'train',
      'test',
    ]),
  )
  .option('-o, --out <folder>', 'folder for predictions, confusion matrix and report')
  .option('--force', 'replace the files of an evaluation')
  .addOption(deviceOption('auto'))
  .option(...JSON_OPTION)
  .action(async (model, options) => {
    const { evaluateCommand } = await import('./commands/evaluate.ts');
    await evaluateCommand(model, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('export')
  .description('export the model of a finished run')
  .argument('<run>', RUN_HELP)
  .argument('<target>', 'a folder (tfjs layers model), an .onnx or a .safetensors file (weights)')
  .option(...RUNS_OPTION)
  .addOption(
    new Option('--format <name>', 'format (default: that of the target)').choices(exportFormats),
  )
  .option('--layers <glob>', 'only the weights of these layers (.safetensors)')
  .option('--no-verify', 'do not compare the model with another engine')
  .option('--force', 'replace a target that exists')
  .action(async (run, target, options) => {
    const { exportCommand } = await import('./commands/export.ts');
    await exportCommand(run, target, {
      ...options,
      ...program.opts(),
      signal: interruptSignal(),
    });
  });

const data = program.command('data').description('fetch, check and show the data of experiments');

/** Adds a command that reads the data of an experiment. */
function dataCommand(name: string, description: string): Command {
  return withOverrides(data.command(name))
    .description(description)
    .argument('<file>', 'experiment file (YAML)')
    .option(...RUNS_OPTION)
    .option(...JSON_OPTION);
}

dataCommand('fetch', 'download the data ahead of a run').action(async (file, options) => {
  const { fetchCommand } = await import('./commands/data.ts');
  await fetchCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
});

dataCommand('check', 'read every image and report broken ones').action(async (file, options) => {
  const { checkDataCommand } = await import('./commands/data.ts');
  await checkDataCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
});

dataCommand('inspect', 'show class counts, image sizes and duplicates').action(
  async (file, options) => {
    const { inspectCommand } = await import('./commands/data-inspect.ts');
    await inspectCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
  },
);

dataCommand('preview', 'draw training images with their augmentation')
  .option('--out <file>', 'output image (default: <name>-preview.png)')
  .action(async (file, options) => {
    const { previewCommand } = await import('./commands/data-preview.ts');
    await previewCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
  });

const cache = data
  .command('cache')
  .description('show or clear decoded images, features and restored datasets');

cache
  .command('list', { isDefault: true })
  .description('list the entries (the default command)')
  .option(...JSON_OPTION)
  .action(async (options) => {
    const { listCacheCommand } = await import('./commands/data-cache.ts');
    await listCacheCommand(options);
  });

cache
  .command('clear')
  .description('delete the entries that no process uses')
  .option(...JSON_OPTION)
  .action(async (options) => {
    const { clearCacheCommand } = await import('./commands/data-cache.ts');
    await clearCacheCommand(options);
  });

const engine = program.command('engine').description('install, show and check the engine');

engine
  .command('show', { isDefault: true })
  .description('install the engine if needed and show it (the default command)')
  .addOption(deviceOption('auto'))
  .option(...JSON_OPTION)
  .action(async (options) => {
    const { engineCommand } = await import('./commands/engine.ts');
    await engineCommand('show', { ...options, ...program.opts() });
  });

engine
  .command('check')
  .description('compare the operations of the engine with plain JavaScript')
  .argument('[operations...]', 'only these, e.g. matMul or "conv2d*", without their speed')
  .addOption(deviceOption('auto'))
  .option(...JSON_OPTION)
  .action(async (operations, options) => {
    const { engineCommand } = await import('./commands/engine.ts');
    await engineCommand('check', { operations, ...options, ...program.opts() });
  });

program
  .command('schema')
  .description('print the JSON schema of experiment files, for editors')
  .action(async () => {
    const { schemaCommand } = await import('./commands/schema.ts');
    await schemaCommand();
  });

program.command('job', { hidden: true }).action(async () => {
  const { jobCommand } = await import('./commands/job.ts');
  await jobCommand();
});

program
  .command('task', { hidden: true })
  .argument('<file>')
  .action(async (file) => {
    const { taskCommand } = await import('./commands/job.ts');
    await taskCommand(file);
  });

// The reader of a pipe may close it early (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** @throws InputError if the first argument is neither a command nor, for the default command, a file. */
function requireCommand([first = '']: readonly string[]): void {
  // A file has an extension or a folder; the default command reports one that does not exist.
  if (!/^\w[\w-]*$/.test(first) || existsSync(first)) return;
  if (program.commands.some((command) => command.name() === first)) return;
  const names = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
  if (names.includes(first)) return;
  const hint = didYouMean(first, names) || '. cifar-run --help lists the commands';
  throw new InputError(`there is no command and no experiment file named ${first}${hint}`);
}

/** Says how to start again after an interruption before there was anything to save. */
function messageOf(error: Error): string {
  if (!(error instanceof InterruptedError) || error.detail) return error.message;
  const again = commandLine(process.argv.slice(2));
  return `${error.message}: nothing is saved yet\nto start again: ${again}`;
}

try {
  const args = process.argv.slice(2);
  if (args.length === 0) program.help({ error: true });
  requireCommand(args);
  await program.parseAsync();
} catch (thrown) {
  const error = explain(thrown);
  const known = error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
  const text = error instanceof Error ? messageOf(error) : String(error);
  const detail = error instanceof Error && (!known || program.opts().verbose) ? error.stack : text;
  process.stderr.write(`${detail}\n`);
  process.exitCode = known ? (error.exitCode as number) : 1;
}
