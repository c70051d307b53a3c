import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { loadExperiment } from '../../../src/load-experiment.ts';
import { planSweep } from '../../../src/plan-experiment.ts';
import { runExperiment } from '../../../src/run-experiment.ts';
import { readMetricsCsv } from '../../../src/run-folder/metrics-csv.ts';
import { SweepRecord } from '../../../src/run-folder/sweep-record.ts';
import { runModelsIn } from '../../../src/runs/run-models.ts';
import { useEngine } from '../../engine.ts';
import { quietly } from '../../planned-runs.ts';
import { useTensorBoard } from '../../requirements.ts';

const digits = fileURLToPath(new URL('../../../configs/digits.yaml', import.meta.url));

const RATE = 'phases.head.optimizer.learningRate';
const UNITS = 'model.head[1].dense.units';
const SWEEP = `{ parameters: { '${RATE}': { values: [1e-2, 1e-3] }, '${UNITS}': { values: [8, 16] } }, seeds: 2 }`;
const SET = [
  'data.limit={ train: 100, validation: 50 }',
  'phases.head.epochs=2',
  'phases.fine-tune.epochs=1',
  `sweep=${SWEEP}`,
];

/** The data of the HParams page. */
interface Session {
  readonly name: string;
  readonly status: string;
  readonly metricValues: readonly {
    readonly name: { readonly group: string; readonly tag: string };
    readonly value: number;
    readonly trainingStep: number;
  }[];
}

interface SessionGroup {
  readonly hparams: Readonly<Record<string, number | string>>;
  readonly sessions: readonly Session[];
}

interface Experiment {
  readonly hparamInfos: readonly { readonly name: string; readonly differs: boolean }[];
  readonly metricInfos: readonly { readonly name: { readonly tag: string } }[];
}

describe("TensorBoard's HParams page", function (this: Mocha.Suite) {
  this.timeout(600_000);
  useEngine();
  const python = useTensorBoard();
  let folder: string;
  let board: ReturnType<typeof serve>;
  let url: string;

  function serve(logdir: string) {
    const where = ['--logdir', logdir, '--host', '127.0.0.1', '--port', '0'];
    const options = [...where, '--load_fast', 'false', '--reload_interval', '1'];
    return execa(python, ['-m', 'tensorboard.main', ...options], { reject: false, all: true });
  }

  /** The line that TensorBoard prints once it listens. */
  function addressOf(server: typeof board): Promise<string> {
    return new Promise((resolve, reject) => {
      server.all.on('data', (output: Buffer) => {
        const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(output))?.[0];
        if (address) resolve(address);
      });
      server.then(({ all }) => reject(new Error(all)));
    });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    const loaded = await loadExperiment(digits, { set: SET, setFile: [] });
    const sweep = await planSweep(loaded, runModelsIn('runs'));
    await SweepRecord.open(folder, sweep, false);
    for (const trial of sweep.trials) await runExperiment(trial, quietly(folder));
    board = serve(folder);
    url = await addressOf(board);
  });

  after(async () => {
    board?.kill();
    await board;
    await rm(folder, { recursive: true });
  });

  async function ask<Answer>(name: string, question: object): Promise<Answer> {
    const response = await fetch(`${url}data/plugin/hparams/${name}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(question),
    });
    return (await response.json()) as Answer;
  }

  /** Waits until TensorBoard has read all runs. */
  async function sessionGroups(): Promise<readonly SessionGroup[]> {
    const statuses = ['STATUS_UNKNOWN', 'STATUS_SUCCESS', 'STATUS_FAILURE', 'STATUS_RUNNING'];
    const question = { startIndex: 0, sliceSize: 100, allowedStatuses: statuses, colParams: [] };
    for (;;) {
      const answer = await ask<{ sessionGroups?: SessionGroup[] }>('session_groups', question);
      const groups = answer.sessionGroups ?? [];
      const ended = groups.filter(({ sessions }) => sessions[0]?.status === 'STATUS_SUCCESS');
      if (ended.length === 8) return groups;
      await setTimeout(500);
    }
  }

  it('shows each run of a sweep as a session with its settings and its metrics', async () => {
    const groups = await sessionGroups();
    const settings = groups.map(({ hparams }) => [hparams[RATE], hparams[UNITS], hparams.seed]);
    expect(settings).to.have.deep.members(
      [0.01, 0.001].flatMap((rate) =>
        [8, 16].flatMap((units) => [42, 43].map((seed) => [rate, units, seed])),
      ),
    );
    for (const { hparams, sessions } of groups) {
      expect(hparams).to.include({
        'data.dataset': 'digits',
        'phases.head.epochs': 2,
        'phases.fine-tune.epochs': 1,
      });
      expect(sessions).to.have.length(1);
      const [{ name, metricValues } = { name: '', metricValues: [] }] = sessions;
      const last = (await readMetricsCsv(join(folder, name))).at(-1);
      const shown = metricValues.map(({ name, value, trainingStep }) => {
        return [name.tag, value, trainingStep];
      });
      const round = Math.fround;
      expect(shown).to.deep.include([
        'accuracy/validation',
        round(last?.validation.accuracy ?? 0),
        3,
      ]);
      expect(shown).to.deep.include(['loss/validation', round(last?.validation.loss ?? 0), 3]);
      expect(shown).to.deep.include(['loss/train', round(last?.train.loss ?? 0), 3]);
      const resolved = await readFile(join(folder, name, 'resolved.yaml'), 'utf8');
      expect(resolved).to.contain(`units: ${hparams[UNITS]},`);
    }
  });

  it('marks the settings that differ, and has a column for each metric', async () => {
    const { hparamInfos, metricInfos } = await ask<Experiment>('experiment', {});
    const differing = hparamInfos.filter(({ differs }) => differs).map(({ name }) => name);
    expect(differing).to.have.members([RATE, UNITS, 'seed']);
    expect(metricInfos.map(({ name }) => name.tag)).to.include.members([
      'accuracy/validation',
      'loss/validation',
      'mse/validation',
    ]);
  });
});
