/** Markers of the frames that every libjpeg decodes: baseline, extended and progressive Huffman coding. */
const frames = [0xc0, 0xc1, 0xc2];
/** EXIF and XMP; colour profiles. */
const extras = [0xe1, 0xe2];
const fill = 0xff;
const startOfScan = 0xda;

export interface JpegHeader {
  readonly height: number;
  readonly width: number;
  /** 1: grey, 3: colours. */
  readonly channels: number;
}

/**
 * What a JPEG file holds, where it holds no more than pixels: `null` for one with EXIF data, which may turn
 * it, with a colour profile, with 4 channels or 12 bits, coded in a rarer way, or damaged, and for any other
 * file. Source: ITU-T T.81, annex B.
 */
export function plainJpeg(file: Uint8Array): JpegHeader | null {
  const word = (at: number) => ((file[at] as number) << 8) | (file[at + 1] as number);
  if (file.length < 4 || word(0) !== 0xffd8) return null;
  let header: JpegHeader | null = null;
  for (let at = 2; at + 9 < file.length && file[at] === 0xff; at += 2 + word(at + 2)) {
    const marker = file[at + 1] as number;
    if (marker === startOfScan) return header;
    if (marker === fill || extras.includes(marker)) return null;
    if (frames.includes(marker)) {
      const [height, width, channels] = [word(at + 5), word(at + 7), file[at + 9] as number];
      const plain = file[at + 4] === 8 && (channels === 1 || channels === 3) && header === null;
      if (!plain || height === 0) return null;
      header = { height, width, channels };
    }
  }
  return null;
}
