import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../../src/engine/start-engine.ts';

/** Starts the engine and computes a number, as the first run of a new user does. Prints the reports. */

const report = (message: string) => process.stdout.write(`${message}\n`);
const engine = await startEngine({ threads: null, compiler: 'graph', verbose: false, report });
const [sum] = await tf.matMul([[1, 2]], [[3], [4]]).data();
report(`TensorFlow ${engine.version} computed ${sum}`);
