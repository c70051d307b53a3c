import type { Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs';

/** Tensors in, tensors out, and variables read and assigned on the way: operations of tfjs alone. */
export type TensorFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Two numbers from 0 to 2^31 - 1. */
export type RandomKey = readonly [number, number] | Tensor1D;

/**
 * Updates of a variable and what its optimizer keeps for it, in one pass over memory; names are Keras'.
 */
export interface FusedUpdates {
  adam(update: {
    readonly variable: Variable;
    readonly momentum: Variable;
    readonly velocity: Variable;
    readonly gradient: Tensor;
    readonly learningRate: Tensor;
    readonly beta1Power: Tensor;
    readonly beta2Power: Tensor;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
  }): void;
  momentum(update: {
    readonly variable: Variable;
    readonly accumulator: Variable;
    readonly gradient: Tensor;
    readonly learningRate: Tensor;
    readonly momentum: number;
    readonly nesterov: boolean;
  }): void;
}

/** What numbers are kept as in rows of bytes, little-endian. */
export type PackedType = 'uint8' | 'float16' | 'float32';

export type Compiler = 'graph' | 'xla' | 'none';

/** A function that an engine may run as a whole. */
export interface CompiledFunction {
  /** One run; the caller disposes what it gives. Runs come one after another. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Gives back what the engine keeps for it. */
  dispose(): void;
}

/** One operation of a run of a compiled function. */
export interface ProfiledOperation {
  readonly name: string;
  /** As the engine's library names it, e.g. `Conv2D`. */
  readonly type: string;
  readonly thread: number;
  readonly startMicros: number;
  readonly micros: number;
}

/** Where the time of one run of a compiled function goes. */
export interface Profile {
  /** What is compiled and the shapes it is compiled for. */
  readonly name: string;
  /** By the clock. */
  readonly milliseconds: number;
  readonly operations: readonly ProfiledOperation[];
}

/**
 * What the rest of the program needs of the thing that computes. Tensors themselves go through
 * `@tensorflow/tfjs`, whose backend an engine registers; another engine is another folder beside
 * `tensorflow/` and its line in `choose.ts`.
 */
export interface Engine {
  /** `tensorflow`; the name of the tfjs backend as well. */
  readonly name: string;
  /** Version of the library that computes, e.g. `2.21.0`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** As the library names them, e.g. `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly devices: readonly string[];
  /** Threads within one operation. */
  readonly threads: number;
  /** What it was started from; reads all its files when `verify` is set. */
  inspect(verify: boolean): Promise<Installation>;
  /**
   * Uniform random float32 in [0, 1) that depends on nothing but shape and key: the same key gives the
   * same numbers in any process, so that a resumed run continues bit for bit. A key that changes from run
   * to run of a compiled function is a tensor, two int32.
   */
  randomUniform(shape: readonly number[], key: RandomKey): Tensor;
  /** The same of 0, with the probability `rate`, and 1: cheaper than to compare uniform numbers. */
  randomMask(shape: readonly number[], rate: number, key: RandomKey): Tensor;
  /**
   * The first `count` numbers of each row as float32. Every float32 of `words` stands for the four bytes that it
   * is made of: tfjs has neither uint8 nor float16, and so such rows are gathered as they are.
   */
  unpack(words: Tensor2D, dtype: PackedType, count: number): Tensor2D;
  /** What `compile` does: a graph is run, XLA's code is; `none`: the function is called again at each run. */
  readonly compiler: Compiler;
  /**
   * What does the same as `fn`, faster: `fn` is called once for each set of input shapes, and what it did
   * is repeated from then on with other values. All that changes from run to run has to be an input or a
   * variable. Variables are up to date for other compiled functions; for all others, after `settle`.
   *
   * @param name what it is called in profiles and warnings, e.g. `training step`
   */
  compile(fn: TensorFunction, name?: string): CompiledFunction;
  /** With the option `profile`: one of each function compiled since the last call. */
  takeProfiles(): readonly Profile[];
  /** `null`: it has none. */
  readonly fused: FusedUpdates | null;
  /** Gives variables the values that compiled functions left them. */
  settle(): void;
  /** `null`: it has none. */
  readonly jpegs: JpegDecoder | null;
}

/** Reads many small JPEG files at once. */
export interface JpegDecoder {
  /**
   * Files of one size as bytes, NHWC: RGB, or grey where they are; grey ones become RGB by repeating. The
   * pixels are those of libjpeg's exact method (`islow`, fancy upsampling), as libvips reads them.
   *
   * @throws Error when one of the files cannot be decoded or has another size.
   */
  decode(
    files: readonly Uint8Array[],
    shape: readonly [height: number, width: number, channels: number],
  ): Promise<Uint8Array>;
}

/** The files of an engine. */
export interface Installation {
  readonly folder: string;
  /** `installed` by this program, or the environment variable that names the folder. */
  readonly source: string;
  /** What it was built for; `null` where nothing says so. */
  readonly variant: 'cpu' | 'cuda' | null;
  /** Size on disk of what this program installed. */
  readonly bytes: number | null;
  /** Installed files that are no longer what was installed. */
  readonly changedFiles: readonly string[];
}

export interface EngineOptions {
  /** Threads within one operation; `null`: as many as there are cores. */
  readonly threads: number | null;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** Measures a run of each compiled function, beside those that count. */
  readonly profile?: boolean;
  /** Tells what goes on while the engine is installed. */
  readonly report: (message: string) => void;
}
