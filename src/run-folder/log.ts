import { readFile } from 'node:fs/promises';
import { appendSynced } from '../common/files.ts';

/** log.txt: what happened, each line with its UTC time. */
export class RunLog {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Begins it or goes on with the one that is there; a line that a full disk cut off is ended first. */
  static async open(path: string): Promise<RunLog> {
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before !== '' && !before.endsWith('\n')) await appendSynced(path, '\n');
    return new RunLog(path);
  }

  async write(message: string): Promise<void> {
    const time = new Date().toISOString();
    const lines = message.split('\n').map((line) => `${time}  ${line}\n`);
    await appendSynced(this.#path, lines.join(''));
  }
}
