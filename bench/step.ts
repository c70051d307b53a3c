import os from 'node:os';
import { startEngine } from '../src/engine/choose.ts';
import { uncompiled } from '../src/engine/uncompiled.ts';
import { benchCases } from './cases.ts';
import { kerasRunner } from './keras.ts';
import { ownRunner, type Runner } from './own.ts';

/**
 * Milliseconds of a training step: operation by operation, compiled, and Keras. All are measured in turn,
 * round after round, so that what else the machine does meets all of them alike.
 *
 *     npx tsx bench/step.ts [rounds]
 */
const rounds = Number(process.argv[2] ?? 9);

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

const engine = await startEngine({
  threads: null,
  compile: true,
  verbose: false,
  report: (message) => process.stderr.write(`${message}\n`),
});
const eager = { ...engine, compile: uncompiled };
console.log(`${os.cpus()[0]?.model}, ${engine.threads} threads, TensorFlow ${engine.version}`);
console.log(`median of ${rounds} rounds, ms a step\n`);
console.log('| model | batch | eager | compiled | Keras | of eager | of Keras |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const bench of await benchCases()) {
  const runners: Runner[] = [
    ownRunner('eager', eager, bench),
    ownRunner('compiled', engine, bench),
    await kerasRunner(bench),
  ];
  const times = runners.map((): number[] => []);
  for (const runner of runners) await runner.run(2);
  for (let round = 0; round < rounds; round++) {
    for (const [i, runner] of runners.entries()) times[i]?.push(await runner.run(bench.steps));
  }
  const [plain = 0, compiled = 0, keras = 0] = times.map(median);
  const cells = [plain, compiled, keras].map((ms) => ms.toFixed(1));
  const ratios = [compiled / plain, compiled / keras].map((ratio) => ratio.toFixed(2));
  console.log(`| ${[bench.name, bench.batchSize, ...cells, ...ratios].join(' | ')} |`);
  for (const runner of runners) runner.dispose();
}
