import { schemaText } from '../experiment/schema.ts';

/** `cifar-run schema`: prints the JSON schema of experiment files. */
export async function schemaCommand(): Promise<void> {
  process.stdout.write(schemaText());
}
