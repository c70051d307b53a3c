import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Mocha loads this file first: all temporary files of a process and its children are deleted when it exits.
const folder = mkdtempSync(join(tmpdir(), 'cifar-run-tests-'));
process.env.TMPDIR = folder;
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
