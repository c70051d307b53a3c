import { readFile } from 'node:fs/promises';

/** `cifar-run schema`: prints the JSON schema of experiment files for editors. */
export async function schemaCommand(): Promise<void> {
  process.stdout.write(await readFile(new URL(import.meta.resolve('#editor-schema')), 'utf8'));
}
