import { appendFile } from 'node:fs/promises';

/** log.txt: what happened, each line with its UTC time. */
export class RunLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async write(message: string): Promise<void> {
    const time = new Date().toISOString();
    const lines = message.split('\n').map((line) => `${time}  ${line}\n`);
    await appendFile(this.#path, lines.join(''));
  }
}
