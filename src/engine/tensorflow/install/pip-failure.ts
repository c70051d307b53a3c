import { RunError } from '../../../errors.ts';
import type { Wheel } from './wheels.ts';

/** What pip's own words have in common when the network fails. */
const NETWORK =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionError|ProtocolError|IncompleteRead|incomplete-download|ProxyError|SSLError|Max retries|connection broken/;

/** What went wrong, and what to do about it, from what pip printed. */
export function pipFailure(wheels: readonly Wheel[], log: string): RunError {
  const [wanted] = wheels;
  const what = wheels.length > 1 ? `${wanted?.requirement} with CUDA` : `${wanted?.requirement}`;
  if (/DO NOT MATCH THE HASHES/.test(log)) {
    const received = log.match(/Got\s+([0-9a-f]{64})/)?.[1];
    const expected = log.match(/Expected sha256 ([0-9a-f]{64})/)?.[1];
    return new RunError(
      `what pip received for ${what} is not the published file, and nothing was installed: its sha256 ` +
        `is ${received}, and should be ${expected}; if the transfer broke off, try again, else look at ` +
        'the index that pip uses (pip config list)',
    );
  }
  if (/No space left on device/.test(log)) {
    return new RunError(
      `the disk is full: ${what} could not be downloaded; free some space, or set CIFAR_RUN_CACHE to ` +
        'a folder on another disk',
    );
  }
  if (NETWORK.test(log)) {
    return new RunError(
      `the network failed while pip fetched ${what}: check it, and pip's proxy and index (pip config ` +
        `list), then try again; ${lastError(log)}`,
    );
  }
  if (/No matching distribution found/.test(log)) {
    return new RunError(
      `pip found no ${what}: its package index does not have it, or cannot be reached; PyPI has it ` +
        `(pip config list shows the index in use); ${lastError(log)}`,
    );
  }
  return new RunError(`pip could not download ${what}: ${lastError(log)}`);
}

/** What pip says in the end; newer ones put the reason behind a cross. */
function lastError(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const reason =
    lines.findLast((line) => line.startsWith('×')) ??
    lines.findLast((line) => /error/i.test(line)) ??
    lines.at(-1);
  return `pip says: ${reason?.trim() ?? 'nothing'}`;
}
