import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Engine, startEngine } from '../../src/engine/engine.ts';
import type { Task } from '../task.ts';
import { decode } from './decode.ts';
import { frozen } from './frozen.ts';
import { inference } from './inference.ts';
import { start } from './start.ts';
import { step } from './step.ts';
import type { Do } from './work.ts';

/** cifar-run as a contestant: a task as JSON in the first argument, then as peers/protocol.py says. */
const task: Task = JSON.parse(process.argv[2] ?? '');
const engine = await startEngine({
  threads: task.threads,
  compiler: 'graph',
  verbose: false,
  report: (message) => process.stderr.write(`${message}\n`),
});
const answer = (values: object) =>
  process.stdout.write(`${JSON.stringify({ variant: '', ...values })}\n`);
const work = await begin(task, engine);
answer({});
for await (const line of createInterface({ input: process.stdin })) {
  const from = performance.now();
  const said = await work(Number(line));
  const seconds = (performance.now() - from) / 1000;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  answer({ seconds, peak, ...said });
}
process.exit();

async function begin(task: Task, engine: Engine): Promise<Do> {
  switch (task.kind) {
    case 'step':
      return step(task, engine);
    case 'inference':
      return inference(task, engine);
    case 'frozen':
      return frozen(task);
    case 'decode':
      return decode(task, engine);
    case 'start':
      await start(task);
      return async () => ({});
  }
}
