import { join } from 'node:path';
import { appendSynced } from '../common/files.ts';
import { readText } from './run-file.ts';

/** Writes log.txt: the events of a run, each line with its UTC time. */
export class RunLog {
  readonly #path: string;
  /** Notices that nothing shows yet. */
  #pending: string[] = [];
  #show = (line: string): void => void this.#pending.push(line);

  private constructor(path: string) {
    this.#path = path;
  }

  /** Creates the file in a run's folder or continues the one that is there, after a line that a full disk cut off. */
  static async open(folder: string): Promise<RunLog> {
    const path = join(folder, 'log.txt');
    const text = (await readText(path)) ?? '';
    if (text !== '' && !text.endsWith('\n')) await appendSynced(path, '\n');
    return new RunLog(path);
  }

  async write(message: string): Promise<void> {
    const time = new Date().toISOString();
    const lines = message.split('\n').map((line) => `${time}  ${line}\n`);
    await appendSynced(this.#path, lines.join(''));
  }

  /** Writes a line that the user sees too. */
  async notify(line: string): Promise<void> {
    this.#show(line);
    await this.write(line);
  }

  /** Writes the message of an error, and where it was thrown. */
  async writeError(error: unknown): Promise<void> {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
    await this.write([`failed: ${message}`, ...frames.map((frame) => frame.trim())].join('\n'));
  }

  /** Shows the notices so far and all later ones. */
  showNotices(show: (line: string) => void): void {
    this.#pending.forEach(show);
    this.#pending = [];
    this.#show = show;
  }
}
