import { appendSynced } from '../storage/write-atomic.ts';

/** log.txt: what happened, each line with its UTC time. */
export class RunLog {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async write(message: string): Promise<void> {
    const time = new Date().toISOString();
    const lines = message.split('\n').map((line) => `${time}  ${line}\n`);
    await appendSynced(this.#path, lines.join(''));
  }
}
