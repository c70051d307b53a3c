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
   * same numbers in any process, so that a resumed run continues bit for bit.
   */
  randomUniform(
    shape: readonly number[],
    key: readonly [number, number],
  ): import('@tensorflow/tfjs').Tensor;
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
  /** Tells what goes on while the engine is installed. */
  readonly report: (message: string) => void;
}
