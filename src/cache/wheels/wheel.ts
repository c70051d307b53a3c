/** A file of a Python package index, with a fixed content. */
export interface Wheel {
  /** Name and version, e.g. `tensorflow-cpu==2.21.0`. */
  readonly requirement: string;
  /** The platform tag, e.g. `win_amd64`, or `any`. */
  readonly platform: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The Python version of wheels that depend on it. It need not be the one that pip runs on. */
export const PYTHON = { version: '3.12', abi: 'cp312' } as const;
