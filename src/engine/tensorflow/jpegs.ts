import { Mutex } from 'async-mutex';
import type { JpegDecoder } from '../engine.ts';
import { AttrType, DType, type OpAttribute } from './attributes.ts';
import { Graph } from './compile/graph.ts';
import { OpDefinitions } from './compile/op-definitions.ts';
import { FunctionRunner } from './compile/run-function.ts';
import type { Context } from './context.ts';
import type { Handles } from './handles.ts';

/**
 * Decodes JPEG files with a function that has one `DecodeJpeg` per file. TensorFlow runs them in parallel, which is two to
 * three times as fast as a tf.data pipeline.
 */
export class Jpegs implements JpegDecoder {
  readonly #context: Context;
  readonly #handles: Handles;
  readonly #definitions: OpDefinitions;
  readonly #runner: FunctionRunner;
  /** Names of the defined functions: one for each number and shape of images. */
  readonly #functions = new Set<string>();
  readonly #mutex = new Mutex();

  constructor(context: Context, handles: Handles) {
    this.#context = context;
    this.#handles = handles;
    this.#definitions = new OpDefinitions(context.api, context.status);
    this.#runner = new FunctionRunner(context, handles);
  }

  decode(
    files: readonly Uint8Array[],
    shape: readonly [number, number, number],
  ): Promise<Uint8Array> {
    return this.#mutex.runExclusive(() => this.#run(files, shape));
  }

  async #run(files: readonly Uint8Array[], shape: readonly [number, number, number]) {
    const handles = this.#handles;
    const name = this.#function(files.length, shape);
    const input = handles.create([files.length], DType.string, [...files]);
    try {
      const [output] = await this.#runner.run(name, [input], 1);
      const { id } = output as { id: number };
      try {
        return handles.bytes(id);
      } finally {
        handles.delete(id);
      }
    } finally {
      handles.delete(input);
    }
  }

  #function(count: number, shape: readonly [number, number, number]): string {
    const name = `jpegs_${count}_${shape.join('_')}`;
    if (!this.#functions.has(name)) this.#define(name, count, shape);
    this.#functions.add(name);
    return name;
  }

  #define(name: string, count: number, shape: readonly [number, number, number]): void {
    const graph = new Graph(this.#context, this.#definitions);
    try {
      const files = graph.placeholder([count], DType.string);
      const type = (value: number): OpAttribute => ({ name: 'T', type: AttrType.type, value });
      const unpack = graph.add({
        name: 'Unpack',
        attributes: [type(DType.string), { name: 'num', type: AttrType.int, value: count }],
        inputs: [files],
      });
      const images = graph.outputs(unpack).map((file) => {
        const [image] = graph.outputs(
          graph.add({ name: 'DecodeJpeg', attributes: decodeAttributes(shape[2]), inputs: [file] }),
        );
        const ensured = { name: 'shape', type: AttrType.shape, value: shape };
        const checked = graph.add({
          name: 'EnsureShape',
          attributes: [type(DType.uint8), ensured],
          inputs: [image as NonNullable<typeof image>],
        });
        return { oper: checked, index: 0 };
      });
      const pack = graph.add({
        name: 'Pack',
        attributes: [type(DType.uint8), { name: 'N', type: AttrType.int, value: count }],
        inputs: images,
      });
      graph.toFunction(name, {
        inputs: [files],
        outputs: [{ oper: pack, index: 0 }],
        effects: [],
      });
    } finally {
      graph.dispose();
    }
  }
}

/** The options with which libvips decodes. */
function decodeAttributes(channels: number): OpAttribute[] {
  return [
    { name: 'channels', type: AttrType.int, value: channels },
    { name: 'dct_method', type: AttrType.string, value: 'INTEGER_ACCURATE' },
    { name: 'fancy_upscaling', type: AttrType.bool, value: true },
  ];
}
