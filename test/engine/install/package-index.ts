import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A local Python package index that counts downloads. */
export interface PackageIndex {
  /** For `PIP_INDEX_URL`. */
  readonly url: string;
  /** The response to a request for a file. After half of it, `half` waits for `finish`, and `broken` disconnects. */
  mode: 'whole' | 'half' | 'broken';
  /** Requests for files so far. */
  downloads: number;
  /** Sends the other halves. */
  finish(): void;
  close(): void;
}

/** Serves one wheel; other names are not found. */
export async function startIndex(project: string, file: string, content: Buffer) {
  const server = createServer((request, response) => {
    if (request.url === `/simple/${project}/`) {
      response.setHeader('content-type', 'text/html');
      response.end(`<a href="/files/${file}">${file}</a>`);
    } else if (request.url === `/files/${file}`) {
      index.downloads++;
      answer(response);
    } else {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const waiting: ServerResponse[] = [];
  const index: PackageIndex = {
    url: `http://127.0.0.1:${port}/simple`,
    mode: 'whole',
    downloads: 0,
    finish() {
      index.mode = 'whole';
      for (const response of waiting) response.end(content.subarray(half));
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };

  const half = content.length / 2;
  function answer(response: ServerResponse): void {
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('content-length', content.length);
    if (index.mode === 'whole') {
      response.end(content);
      return;
    }
    response.write(content.subarray(0, half), () => {
      if (index.mode === 'broken') response.destroy();
      else waiting.push(response);
    });
  }
  return index;
}
