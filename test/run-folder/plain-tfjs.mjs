/**
 * What a web page does with a saved model, in a process that knows plain TensorFlow.js alone:
 * serves the folder over HTTP, loads the model from there and classifies on the CPU backend.
 * Takes `{ folder, shape, values }` on stdin, prints the output's values as JSON.
 */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import * as tf from '@tensorflow/tfjs';

const { folder, shape, values } = await json(process.stdin);
await tf.setBackend('cpu');
const server = createServer((request, response) => {
  createReadStream(join(folder, request.url)).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const model = await tf.loadLayersModel(`http://127.0.0.1:${server.address().port}/model.json`);
const output = model.predict(tf.tensor(values, shape));
console.log(JSON.stringify({ shape: output.shape, values: Array.from(output.dataSync()) }));
process.exit();
