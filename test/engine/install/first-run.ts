import * as tf from '@tensorflow/tfjs';
import { startEngine } from '../../../src/engine/choose.ts';

/** What the first run of a new user does up to its first computed number; prints what is reported. */

const report = (message: string) => process.stdout.write(`${message}\n`);
const engine = await startEngine({ threads: null, compiler: 'graph', verbose: false, report });
const [sum] = await tf.matMul([[1, 2]], [[3], [4]]).data();
report(`TensorFlow ${engine.version} says ${sum}`);
