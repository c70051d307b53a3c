import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { parseDocument, visit } from 'yaml';
import { checkCommand } from '../../src/commands/check.ts';
import { captureOutput } from '../captured-output.ts';

// The server that editors start for YAML files, over stdio as they do.

const root = new URL('../../', import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, root));

interface Position {
  readonly line: number;
  readonly character: number;
}

interface Completion {
  readonly label: string;
  readonly insertText: string;
}

/** A file in the editor. `|` in its text is the cursor. */
interface OpenFile {
  readonly uri: string;
  readonly messages: readonly string[];
  readonly position: Position;
}

class Editor {
  readonly #server: ChildProcess;
  readonly #connection: MessageConnection;
  readonly #onMessages = new Map<string, (messages: readonly string[]) => void>();
  #files = 0;

  constructor() {
    const server = path('node_modules/yaml-language-server/bin/yaml-language-server');
    this.#server = spawn(process.execPath, [server, '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdin, stdout } = this.#server;
    if (!stdin || !stdout) throw new Error('the server has no pipes');
    this.#connection = createMessageConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.#connection.onNotification(
      'textDocument/publishDiagnostics',
      ({ uri, diagnostics }: { uri: string; diagnostics: readonly { message: string }[] }) =>
        this.#onMessages.get(uri)?.(diagnostics.map(({ message }) => message)),
    );
    this.#connection.onRequest('client/registerCapability', () => null);
    this.#connection.listen();
  }

  async start(): Promise<void> {
    const completion = { completionItem: { snippetSupport: true } };
    const textDocument = { completion, hover: { contentFormat: ['markdown'] } };
    await this.#connection.sendRequest('initialize', {
      ...{ processId: process.pid, rootUri: null, capabilities: { textDocument } },
    });
    const yaml = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
    await this.#connection.sendNotification('initialized', {});
    await this.#connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { yaml },
    });
  }

  /** Opens a file that names the schema in its first line, as the examples do. */
  async open(marked: string): Promise<OpenFile> {
    this.#files += 1;
    const uri = `file:///${this.#files}.yaml`;
    const text = `# yaml-language-server: $schema=${new URL('schemas/editor.schema.json', root)}\n${marked}`;
    const cursor = Math.max(0, text.indexOf('|'));
    const lines = text.slice(0, cursor).split('\n');
    const messages = new Promise<readonly string[]>((resolve) => {
      this.#onMessages.set(uri, resolve);
    });
    await this.#connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text: text.replace('|', '') },
    });
    const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    return { uri, messages: await messages, position };
  }

  async complete(marked: string): Promise<readonly Completion[]> {
    const { uri, position } = await this.open(marked);
    const { items } = await this.#connection.sendRequest<{ items: readonly Completion[] }>(
      'textDocument/completion',
      { textDocument: { uri }, position },
    );
    return items;
  }

  async hover({ uri }: OpenFile, position: Position): Promise<string> {
    const hover = await this.#connection.sendRequest<{ contents?: { value: string } } | null>(
      'textDocument/hover',
      { textDocument: { uri }, position },
    );
    return hover?.contents?.value ?? '';
  }

  stop(): void {
    this.#connection.dispose();
    this.#server.kill();
  }
}

const FILE = `data: { dataset: mnist, preprocess: scale }
model:
  backbone:
    inputShape: [28, 28, 1]
    layers:
      - conv2d: { filters: 4, kernelSize: 3 }
      - conv2d: { filters: 4, kernelSize: 1, name: last }
  head:
    - flatten
    - dense: { units: 10, activation: softmax }
phases:
  - name: all
    epochs: 1
    optimizer: adam
`;

describe('yaml-language-server with the schema for editors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-editor-'));
  const editor = new Editor();
  before(() => editor.start());
  after(() => {
    editor.stop();
    rmSync(folder, { recursive: true });
  });

  /** What `check` says about a file. */
  async function check(text: string): Promise<string> {
    const file = join(folder, 'experiment.yaml');
    writeFileSync(file, text);
    const command = () => checkCommand([file], { runs: 'runs', set: [], setFile: [] });
    return captureOutput(command).then(
      () => '',
      (error: Error) => error.message,
    );
  }

  /** The text that an editor inserts: the first choice of each placeholder. */
  const inserted = ({ insertText }: Completion) =>
    insertText.replaceAll(/\$\{\d+[:|]([^},|]*)[^}]*\}/g, '$1').replaceAll(/\$\d/g, '');

  it('suggests layers that check accepts as they are inserted', async () => {
    const at = '  head:\n    - |\n';
    const items = await editor.complete(FILE.replace('  head:\n', at));
    const labels = items.map(({ label }) => label);
    expect(labels).to.include.members(['flatten', 'batchNormalization', 'dense', 'dropout']);
    expect(new Set(labels).size).to.equal(labels.length);
    const refused: string[] = [];
    for (const item of items) {
      const text = inserted(item);
      // The others wait for a value.
      if (text.endsWith(': ')) continue;
      const message = await check(FILE.replace('  head:\n', `  head:\n    - ${text}\n`));
      // Some layers do not fit the network at this place.
      if (/must be a layer|unknown key|broken YAML/.test(message)) refused.push(message);
    }
    expect(refused).to.deep.equal([]);
    expect(await check(FILE.replace('    - flatten', '    - flatten: flatten'))).not.to.equal('');
  });

  it('suggests the keys of an experiment and of a phase, with values that check accepts', async () => {
    for (const [where, indent] of [
      ['phases:\n', ''],
      ['    epochs: 1\n', '    '],
    ] as const) {
      const items = await editor.complete(FILE.replace(where, `${indent}|\n${where}`));
      expect(items.length).to.be.above(5);
      for (const item of items) {
        const text = inserted(item).trimEnd();
        if (text.endsWith(':') || FILE.includes(`\n${indent}${item.label}:`)) continue;
        const lines = text.replaceAll('\n', `\n${indent}`);
        expect(await check(FILE.replace(where, `${indent}${lines}\n${where}`)), text).to.equal('');
      }
    }
  });

  it('names the keys that a file needs, unless it extends another file', async () => {
    const { messages } = await editor.open('data: {}\nphases: [{ name: head }]\n');
    expect(messages).to.have.members(
      ['model', 'dataset', 'epochs', 'optimizer'].map((key) => `Missing property "${key}".`),
    );
    const part = await editor.open('extends: base.yaml\ndata: {}\nphases: [{ name: head }]\n');
    expect(part.messages).to.deep.equal([]);
    const layer = await editor.open('extends: x.yaml\nmodel: { head: [conv2d: { filters: 3 }] }\n');
    expect(layer.messages).to.include('Missing property "kernelSize".');
  });

  it('finds nothing wrong with the examples, and explains each of their keys', async () => {
    const unexplained: string[] = [];
    for (const name of readdirSync(path('configs')).filter((each) => each.endsWith('.yaml'))) {
      const text = readFileSync(path(`configs/${name}`), 'utf8');
      const file = await editor.open(text.replaceAll('|', '/'));
      expect(file.messages, name).to.deep.equal([]);
      const keys: { key: string; offset: number }[] = [];
      visit(parseDocument(text), {
        Pair(_, { key }, ancestors) {
          const { value, range } = key as { value: string; range: readonly number[] };
          const within = ancestors.map((each) => String((each as { key?: unknown }).key ?? ''));
          // Names that the author of the file gives.
          if (
            within.some((each) =>
              /^(vars|parameters|classWeights|learningRateScale|include)$/.test(each),
            )
          )
            return;
          keys.push({ key: [...within.filter(Boolean), value].join('.'), offset: range[0] ?? 0 });
        },
      });
      for (const { key, offset } of keys) {
        const lines = text.slice(0, offset).split('\n');
        const character = (lines.at(-1)?.length ?? 0) + 1;
        const hover = await editor.hover(file, { line: lines.length, character });
        if (!/\w{4}/.test(hover.replace(/^####.*$|^Source:.*$/gm, '')))
          unexplained.push(`${name}: ${key}`);
      }
    }
    expect(unexplained).to.deep.equal([]);
  }).timeout(60_000);
});
