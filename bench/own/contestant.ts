import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Engine } from '../../src/engine/engine.ts';
import { startEngine } from '../../src/engine/start-engine.ts';
import type { DoWork, Task } from '../task.ts';
import { decode } from './decode.ts';
import { frozen } from './frozen.ts';
import { inference } from './inference.ts';
import { start } from './start.ts';
import { step } from './step.ts';

// cifar-run as a contestant. peers/protocol.py describes the protocol.
const task: Task = JSON.parse(process.argv[2] ?? '');
const engine = await startEngine({
  threads: task.threads,
  compiler: 'graph',
  verbose: false,
  report: (message) => process.stderr.write(`${message}\n`),
});
const answer = (values: object) =>
  process.stdout.write(`${JSON.stringify({ variant: '', ...values })}\n`);
const work = await prepare(task, engine);
answer({});
for await (const line of createInterface({ input: process.stdin })) {
  const from = performance.now();
  const details = await work(Number(line));
  const seconds = (performance.now() - from) / 1000;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
  answer({ seconds, peak, ...details });
}
process.exit();

async function prepare(task: Task, engine: Engine): Promise<DoWork> {
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
