import fc from 'fast-check';

/** A change of the bytes of a file at a place between 0 (its start) and 1 (its end). */
export interface Edit {
  readonly at: number;
  readonly kind: 'flip' | 'set' | 'cut' | 'insert' | 'repeat' | 'integer';
  /** The count of bytes that change. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** Values that break sums of sizes and offsets. */
const INTEGERS = [0n, 1n, 0x7fffffffn, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn];

/** @param near the share of the file, from its start, that most edits change: that of headers. */
export function edits(near = 1): fc.Arbitrary<Edit[]> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }).map((at) => at * near),
    kind: fc.constantFrom<Edit['kind']>('flip', 'set', 'cut', 'insert', 'repeat', 'integer'),
    length: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5000 })),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 6 });
}

export function editBytes(original: Buffer, all: readonly Edit[]): Buffer {
  return all.reduce((file, edit) => editOnce(file, edit), original);
}

function editOnce(file: Buffer, { at, kind, length, bytes }: Edit): Buffer {
  const start = Math.floor(at * file.length);
  const [before, rest] = [file.subarray(0, start), file.subarray(start)];
  const first = bytes[0] as number;
  switch (kind) {
    case 'flip': {
      const changed = Buffer.from(file);
      const place = start % Math.max(1, file.length);
      changed[place] = (file[place] ?? 0) ^ (1 << (first % 8));
      return changed;
    }
    case 'set':
      return Buffer.concat([before, bytes, rest.subarray(bytes.length)]);
    case 'cut':
      return Buffer.concat([before, rest.subarray(length)]);
    case 'insert':
      return Buffer.concat([before, bytes, rest]);
    case 'repeat':
      return Buffer.concat([before, rest.subarray(0, length), rest]);
    case 'integer': {
      const value = Buffer.alloc(8);
      value.writeBigUInt64LE(INTEGERS[first % INTEGERS.length] as bigint);
      const size = first % 2 ? 4 : 8;
      return Buffer.concat([before, value.subarray(0, size), rest.subarray(size)]);
    }
  }
}

/** One or two edits that keep the length of a file, so that readers get past its headers. */
export function editsInPlace(): fc.Arbitrary<Edit[]> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom<Edit['kind']>('flip', 'set'),
    length: fc.constant(1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 2 });
}

/** Replaces a value of a JSON text, counted in the order of the text. */
export interface JsonEdit {
  readonly at: number;
  readonly value: unknown;
}

export const jsonEdit: fc.Arbitrary<JsonEdit> = fc.record({
  at: fc.nat(10_000),
  value: fc.oneof(
    fc.constantFrom<unknown>(0, -1, 0.5, 1e308, 2 ** 53, '', '../x', 'a'.repeat(300), null, true),
    fc.constantFrom<unknown>([], {}, [[1]], [-1, 2], 'float16', 'constructor', '__proto__'),
    fc.jsonValue({ maxDepth: 2 }),
  ),
});

export function editJson(text: string, { at, value }: JsonEdit): string {
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (holder: Record<string, unknown>) => {
    for (const [key, inner] of Object.entries(holder)) {
      places.push({ holder, key });
      if (typeof inner === 'object' && inner !== null) visit(inner as Record<string, unknown>);
    }
  };
  const root = { whole: JSON.parse(text) };
  visit(root);
  const { holder, key } = places[at % places.length] as (typeof places)[number];
  holder[key] = value;
  return JSON.stringify(root.whole);
}
