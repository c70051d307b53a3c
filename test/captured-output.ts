export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | string;
}

/** Runs a command in this process, and returns its output and the exit code that it sets. */
export async function captureOutput(command: () => Promise<void>): Promise<Output> {
  const output = { stdout: '', stderr: '' };
  const { write: writeOut } = process.stdout;
  const { write: writeError } = process.stderr;
  process.stdout.write = (chunk: string | Uint8Array) => {
    output.stdout += chunk;
    return true;
  };
  process.stderr.write = (chunk: string | Uint8Array) => {
    output.stderr += chunk;
    return true;
  };
  try {
    await command();
    return { ...output, exitCode: process.exitCode ?? 0 };
  } finally {
    process.stdout.write = writeOut;
    process.stderr.write = writeError;
    process.exitCode = 0;
  }
}
