import { RunError } from '../common/errors.ts';
import { megabytes } from '../common/format.ts';
import { checkEngine, type EngineCheck, TOLERANCES } from '../engine/check.ts';

import { chooseCompiler, type Engine } from '../engine/engine.ts';
import { startEngine } from '../engine/start-engine.ts';
import type { Device } from '../experiment/experiment.ts';
import { chooseProgress } from '../progress/display.ts';
import type { Report } from '../progress/progress.ts';

export interface EngineCommandOptions {
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly device?: Device;
  /** The operations to check; none: all. */
  readonly operations?: readonly string[];
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
  const { json = false, verbose = false, device, operations = [] } = options;
  const start = (report: Report) =>
    startEngine({ threads: null, compiler: chooseCompiler(true), verbose, device, report });
  const engine = json
    ? await start(() => {})
    : await (await chooseProgress()).step('Engine', (step) => start(step.report));
  const shown = await describe(engine, action === 'check');
  const checked = action === 'check' ? await check(engine, shown, operations) : null;

  if (json) print(JSON.stringify(checked ? { ...shown, check: checked } : shown, null, 2));
  else print([...showLines(shown), ...(checked ? checkLines(checked, shown) : [])].join('\n'));
  if (checked && !checked.passed) throw new RunError('the engine did not pass its check');
}

type Shown = Awaited<ReturnType<typeof describe>>;

async function describe(engine: Engine, verify: boolean) {
  const { name, version, device, devices, unusedGpu, threads } = engine;
  const installation = await engine.inspect(verify);
  return { engine: name, version, ...installation, device, devices, unusedGpu, threads };
}

function showLines(shown: Shown): string[] {
  const size = shown.bytes && `, ${megabytes(shown.bytes)} MB`;
  const built = { cpu: ' for the CPU', cuda: ' with CUDA' };
  return [
    `engine   ${shown.engine} ${shown.version}${shown.variant ? built[shown.variant] : ''}`,
    `folder   ${shown.folder} (${shown.source}${size ?? ''})`,
    `device   ${shown.device.toUpperCase()}${shown.unusedGpu ? `; the GPU is not used: ${shown.unusedGpu}` : ''}`,
    ...shown.devices.map((device) => `         ${device}`),
    `threads  ${shown.threads}`,
  ];
}

async function check(
  engine: Engine,
  { changedFiles }: Shown,
  operations: readonly string[],
): Promise<EngineCheck> {
  const result = await checkEngine(engine, operations);
  return { ...result, passed: result.passed && changedFiles.length === 0 };
}

function checkLines({ rows, gflops }: EngineCheck, { changedFiles }: Shown): string[] {
  const width = Math.max(
    ...['operation', ...rows.map((row) => row.operation)].map(({ length }) => length),
  );
  const precisions = [...new Set(rows.map((row) => row.precision))];
  const measured = Object.entries(gflops);
  return [
    ...precisions.flatMap((precision) => [
      '',
      `${precision}: largest relative difference to plain JavaScript; ${TOLERANCES[precision]} is allowed`,
      `${'operation'.padEnd(width)}  forward   backward`,
      ...rows.filter((row) => row.precision === precision).map((row) => checkLine(row, width)),
    ]),
    ...(measured.length > 0 ? [''] : []),
    ...measured.map(
      ([precision, speed]) => `matMul of 2048 × 2048 in ${precision}: ${Math.round(speed)} GFLOP/s`,
    ),
    ...changedFiles.map((path) => `FAILED: ${path} is not the file that was installed`),
  ];
}

function checkLine(row: EngineCheck['rows'][number], width: number): string {
  return [
    row.operation.padEnd(width),
    row.forwardError.toExponential(1).padEnd(8),
    row.backwardError.toExponential(1).padEnd(8),
    row.passed ? 'passed' : 'FAILED',
  ].join('  ');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
