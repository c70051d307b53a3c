#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { LAUNCHER_OPTIONS } from './commands/options.ts';
import { interruptSignal } from './common/signals.ts';
import { RUNS } from './runs/places.ts';

const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve('#package')), 'utf8'));

const collect = (value: string, before: string[]) => [...before, value];

const RUN_HELP = 'id, folder, the beginning of either, latest, latest~1 or best:val_accuracy';
const RUNS_OPTION = ['--runs <folder>', 'folder that holds all runs', RUNS] as const;

/** What the commands that read an experiment file have in common. */
function withOverrides(command: Command): Command {
  return command
    .option(
      '--set <path=value>',
      'override a value of the file, e.g. phases.head.epochs=5',
      collect,
      [],
    )
    .option('--set-file <path=file>', 'override a value by what a YAML file holds', collect, []);
}

/** What says where the runs of a sweep are done. */
function withLauncher(command: Command): Command {
  return LAUNCHER_OPTIONS.reduce(
    (before, { option, description }) => before.option(`--${option} <value>`, description),
    command.option('--wait', 'with --launcher slurm: show the runs until all have ended', false),
  );
}

const program = new Command('cifar-run')
  .description('Train image classifiers from a YAML file.')
  .version(version)
  .option('--verbose', "show TensorFlow's own log and where errors come from")
  .showHelpAfterError('(cifar-run --help lists commands and options)')
  // Wrong options are wrong input; --help and --version are not.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

withLauncher(withOverrides(program.command('run', { isDefault: true })))
  .description('run the experiment of a file; the command itself may be left out')
  .argument('<file>', 'experiment file (YAML)')
  .option('--runs <folder>', 'folder that the run is written into', RUNS)
  .option('--no-compile', 'run every operation of a step on its own, for debugging')
  .option(
    '--profile',
    'write where the time of a step goes: profile.txt, and profile.json for chrome://tracing',
  )
  .option('--threads <n>', 'threads within one operation (default: all cores, shared by the runs)')
  .option('--needed', 'take a finished run of the same identity as it is (default in a sweep)')
  .option('--no-needed', 'do all runs of a sweep again')
  .option('--resume', 'do only what is missing or failed; go on where a run was interrupted', false)
  .option('--jobs <n>', 'runs of a sweep at once, or auto', '1')
  .option('--retries <n>', 'how often a failed run is tried again (default: as the file says)')
  .option('--fail-fast', 'end a sweep at the first run that fails', false)
  .option('--limit <n>', 'the most runs of a sweep to begin')
  .option('--dry-run', 'only show what would run', false)
  .action(async (file, options) => {
    const { runCommand } = await import('./commands/run.ts');
    await runCommand(file, { ...options, ...program.opts(), signal: interruptSignal() });
  });

withOverrides(program.command('check'))
  .description('validate experiment files and show what would run')
  .argument('<file...>', 'experiment files (YAML)')
  .option(...RUNS_OPTION)
  .option('--resolved', 'print the experiment with every default filled in')
  .option('--json', 'print for programs')
  .action(async (files, options) => {
    const { checkCommand } = await import('./commands/check.ts');
    await checkCommand(files, options);
  });

program
  .command('engine')
  .description('install and show the engine; `check` proves its arithmetic')
  .argument('[action]', 'show or check', 'show')
  .option('--json', 'print for programs')
  .action(async (action, options) => {
    const { engineCommand } = await import('./commands/engine.ts');
    await engineCommand(action, { ...options, ...program.opts() });
  });

withOverrides(program.command('data'))
  .description('fetch, check, inspect or preview the images of an experiment; show what is kept')
  .argument('<action>', 'fetch, check, inspect, preview or cache')
  .argument('[file]', 'experiment file (YAML); of cache: list or clear')
  .option(...RUNS_OPTION)
  .option('--out <file>', 'the image that preview writes (default: <name>-preview.png)')
  .option('--json', 'print for programs')
  .action(async (action, file, options) => {
    const { dataCommand } = await import('./commands/data.ts');
    await dataCommand(action, file, {
      ...options,
      ...program.opts(),
      signal: interruptSignal(),
    });
  });

program
  .command('list')
  .description('list runs, the latest first')
  .argument('[experiment]', 'only the runs of this experiment')
  .option(...RUNS_OPTION)
  .option('--status <status>', 'only running, finished, stopped, failed or interrupted ones')
  .option('--best <metric>', 'the best first by this metric, e.g. val_loss')
  .option('--json', 'print for programs')
  .action(async (experiment, options) => {
    const { listCommand } = await import('./commands/list.ts');
    await listCommand(experiment, options);
  });

program
  .command('show')
  .description("show one run's record")
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--json', 'print for programs')
  .action(async (run, options) => {
    const { showCommand } = await import('./commands/show.ts');
    await showCommand(run, options);
  });

program
  .command('resume')
  .description('go on with a run that was interrupted or failed, from its last checkpoint')
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--threads <n>', 'threads within one operation (default: as many as it had)')
  .option('--no-compile', 'run every operation of a step on its own, for debugging')
  .action(async (run, options) => {
    const { resumeCommand } = await import('./commands/resume.ts');
    await resumeCommand(run, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('verify')
  .description('replay a stretch of a run and say whether it gives the same, byte for byte')
  .argument('<run>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--from <checkpoint>', 'start, best, previous or last', 'start')
  .option('--epochs <n>', 'how many epochs to replay (default: all that are recorded)')
  .option('--threads <n>', 'threads within one operation (default: as many as it had)')
  .action(async (run, options) => {
    const { verifyCommand } = await import('./commands/verify.ts');
    await verifyCommand(run, { ...options, ...program.opts(), signal: interruptSignal() });
  });

program
  .command('compare')
  .description('compare runs, or what the runs of a sweep say together')
  .argument('<run...>', `${RUN_HELP}; or an experiment or sweep, for all of its runs`)
  .option(...RUNS_OPTION)
  .option('--filter <condition>', "e.g. 'val_accuracy > 0.8 and vars.dropout = 0.25'")
  .option('--sort <column>', 'metrics the best first, all else from the least; -column turns it')
  .option('--columns <names>', "e.g. 'run,seed,val_*'; left out: what differs")
  .option('--group-by <names>', 'a row for each group of runs that are alike in these columns')
  .option('--csv', 'print as CSV')
  .option('--json', 'print for programs')
  .option('--md', 'print as Markdown')
  .action(async (runs, options) => {
    const { compareCommand } = await import('./commands/compare.ts');
    await compareCommand(runs, options);
  });

program
  .command('diff')
  .description(
    'what the second run or sweep has otherwise than the first, and whether it is better',
  )
  .argument('<first>', `${RUN_HELP}; or a sweep`)
  .argument('<second>', `${RUN_HELP}; or a sweep`)
  .option(...RUNS_OPTION)
  .option('--metric <name>', 'only this metric, e.g. val_accuracy')
  .option('--only-changed', 'nothing that is the same in both')
  .option('--fail-if <condition>', "on the change, e.g. 'val_accuracy < -0.5%': exit code 3")
  .option('--csv', 'print as CSV')
  .option('--json', 'print for programs')
  .option('--md', 'print as Markdown')
  .action(async (first, second, options) => {
    const { diffCommand } = await import('./commands/diff.ts');
    await diffCommand(first, second, options);
  });

program
  .command('report')
  .description('write what runs were and gave as one HTML file that opens without a network')
  .argument('<run...>', `${RUN_HELP}; or an experiment or sweep, for all of its runs`)
  .option(...RUNS_OPTION)
  .option('-o, --out <file>', 'the file that is written', 'report.html')
  .option('--force', 'replace a file that is no report')
  .action(async (runs, options) => {
    const { reportCommand } = await import('./commands/report.ts');
    await reportCommand(runs, options);
  });

program
  .command('ui')
  .description('show all runs on a local web page, live while they go on')
  .option(...RUNS_OPTION)
  .option(
    '--host <name>',
    'name or address to listen on; 0.0.0.0: all of this machine',
    '127.0.0.1',
  )
  .option('--port <n>', 'port to listen on; 0: any that is free', '8321')
  .action(async (options) => {
    const { uiCommand } = await import('./commands/ui.ts');
    await uiCommand(options);
  });

program
  .command('rm')
  .description('delete runs, after asking')
  .argument('<run...>', RUN_HELP)
  .option(...RUNS_OPTION)
  .option('--yes', 'delete without asking')
  .action(async (runs, options) => {
    const { rmCommand } = await import('./commands/rm.ts');
    await rmCommand(runs, options);
  });

program
  .command('export')
  .description("write a finished run's model to a folder or file")
  .argument('<run>', RUN_HELP)
  .argument('<to>', 'a folder (tfjs layers model) or a .safetensors file (weights)')
  .option(...RUNS_OPTION)
  .option('--layers <glob>', 'only the weights of these layers (.safetensors)')
  .action(async (run, to, options) => {
    const { exportCommand } = await import('./commands/export.ts');
    await exportCommand(run, to, options);
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

program
  .command('schema')
  .description('print the JSON schema of experiment files')
  .action(async () => {
    const { schemaCommand } = await import('./commands/schema.ts');
    await schemaCommand();
  });

// Whoever reads along may have seen enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  const known = error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number';
  const text = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error && (!known || program.opts().verbose) ? error.stack : text;
  process.stderr.write(`${detail}\n`);
  process.exitCode = known ? (error.exitCode as number) : 1;
}
