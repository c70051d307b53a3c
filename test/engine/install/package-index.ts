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
  /** The `Range` of the last of them. */
  range: string | undefined;
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
      index.range = request.headers.range;
      answer(response, Number(/\d+/.exec(index.range ?? '0')));
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
    range: undefined,
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
  function answer(response: ServerResponse, start: number): void {
    const { length } = content;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': length - start,
      'content-range': `bytes ${start}-${length - 1}/${length}`,
      etag: '"1"',
    });
    if (index.mode === 'whole') {
      response.end(content.subarray(start));
      return;
    }
    response.write(content.subarray(start, half), () => {
      if (index.mode === 'broken') response.destroy();
      else waiting.push(response);
    });
  }
  return index;
}
