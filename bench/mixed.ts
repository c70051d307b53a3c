import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import { ZipFile } from 'yazl';
import { tarTree } from '../src/data/files/tar.ts';

/**
 * Packs the images of some classes of a JPEG archive into a zip: a third as PNG, a third as JPEG, a third as WebP.
 *
 *     npx tsx bench/mixed.ts cifar10-jpeg.tar.gz cats-dogs.zip cat dog
 */
const [archive = '', to = '', ...classes] = process.argv.slice(2);
const tree = tarTree(archive);
const isWanted = (path: string) =>
  path.endsWith('.jpg') && classes.includes(path.split('/').at(-2) ?? '');
const wanted = (await tree.list()).filter(isWanted);
const zip = new ZipFile();
const written = pipeline(zip.outputStream, createWriteStream(to));
let count = 0;
for await (const { path, bytes } of tree.read(new Set(wanted))) {
  const jpeg = await bytes();
  const formats = [
    { name: path.replace('.jpg', '.png'), content: () => sharp(jpeg).png().toBuffer() },
    { name: path, content: async () => jpeg },
    {
      name: path.replace('.jpg', '.webp'),
      content: () => sharp(jpeg).webp({ quality: 90 }).toBuffer(),
    },
  ];
  const { name, content } = formats[count++ % formats.length] as (typeof formats)[number];
  zip.addBuffer(await content(), name);
}
zip.end();
await written;
console.log(`${count} images`);
