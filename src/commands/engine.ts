import { RunError } from '../common/errors.ts';
import { formatCount } from '../common/format.ts';
import { checkEngine, type EngineCheck } from '../engine/check.ts';

import { chooseCompiler, type Engine } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import { chooseProgress } from '../progress/display.ts';
import type { Report } from '../progress/progress.ts';

export interface EngineCommandOptions {
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/**
 * `cifar-run engine show` and `check`: installs the engine if needed and shows it; `check` also compares its operations
 * with plain JavaScript.
 * @throws RunError if a check fails.
 */
export async function engineCommand(
  action: 'show' | 'check',
  options: EngineCommandOptions,
): Promise<void> {
  const { json = false, verbose = false } = options;
  const start = (report: Report) =>
    startEngine({ threads: null, compiler: chooseCompiler(true), verbose, report });
  const engine = json
    ? await start(() => {})
    : await (await chooseProgress()).step('Engine', (step) => start(step.report));
  const shown = await describe(engine, action === 'check');
  const checked = action === 'check' ? await check(engine, shown) : null;

  if (json) print(JSON.stringify(checked ? { ...shown, check: checked } : shown, null, 2));
  else print([...showLines(shown), ...(checked ? checkLines(checked, shown) : [])].join('\n'));
  if (checked && !checked.passed) throw new RunError('the engine did not pass its check');
}

type Shown = Awaited<ReturnType<typeof describe>>;

async function describe(engine: Engine, verify: boolean) {
  const { name, version, device, devices, threads } = engine;
  return { engine: name, version, ...(await engine.inspect(verify)), device, devices, threads };
}

function showLines(shown: Shown): string[] {
  const size = shown.bytes && `, ${formatCount(Math.round(shown.bytes / 1e6))} MB`;
  const built = { cpu: ' for the CPU', cuda: ' with CUDA' };
  const idle = shown.variant === 'cuda' && shown.device === 'cpu';
  return [
    `engine   ${shown.engine} ${shown.version}${shown.variant ? built[shown.variant] : ''}`,
    `folder   ${shown.folder} (${shown.source}${size ?? ''})`,
    `device   ${shown.device.toUpperCase()}${idle ? '; TensorFlow cannot use a GPU here, --verbose shows why' : ''}`,
    ...shown.devices.map((device) => `         ${device}`),
    `threads  ${shown.threads}`,
  ];
}

async function check(engine: Engine, { changedFiles }: Shown): Promise<EngineCheck> {
  const result = await checkEngine(engine);
  return { ...result, passed: result.passed && changedFiles.length === 0 };
}

function checkLines({ rows, gflops }: EngineCheck, { changedFiles }: Shown): string[] {
  const width = Math.max(...rows.map((row) => row.operation.length));
  return [
    '',
    `${'operation'.padEnd(width)}  forward   backward  (largest relative difference to plain JavaScript)`,
    ...rows.map(({ operation, forwardError, backwardError, passed }) =>
      [
        operation.padEnd(width),
        forwardError.toExponential(1).padEnd(8),
        backwardError.toExponential(1).padEnd(8),
        passed ? 'passed' : 'FAILED',
      ].join('  '),
    ),
    '',
    `matMul of 2048 × 2048: ${Math.round(gflops)} GFLOP/s`,
    ...changedFiles.map((path) => `FAILED: ${path} is not the file that was installed`),
  ];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
