import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../../../model/dataset/prepare/decode.ts';
import { folderOf, plain, wavy, wavyPixels } from '../../../support/pictures.ts';

const decoder = createDecoder();
const whole = (size: { width: number; height: number }) => ({ left: 0, top: 0, ...size });

async function decode(content: Uint8Array | string, imageSize = 4096) {
  const folder = await folderOf({ picture: content });
  return decoder.decode(join(folder, 'picture'), whole, imageSize);
}

async function firstPixel(content: Uint8Array): Promise<number[]> {
  return [...(await decode(content)).picture.pixels.subarray(0, 3)];
}

describe('decoding', () => {
  it.each(['4:2:0', '4:4:4'])('gives the pixels of a JPEG (%s) that libvips gives, to the bit', async (subsampling) => {
    for (const [seed, width, height] of [
      [1, 64, 64],
      [2, 61, 35],
      [3, 200, 131],
      [4, 1, 1],
    ] as const)
      for (const progressive of [false, true]) {
        const options = { quality: 85, chromaSubsampling: subsampling, progressive };
        const jpeg = await wavy(seed, width, height).jpeg(options).toBuffer();
        const { picture } = await decode(jpeg);
        expect(picture).toMatchObject({ width, height });
        expect(Buffer.from(picture.pixels).equals(await sharp(jpeg).raw().toBuffer())).toBe(true);
      }
  });

  it('gives the pixels of a PNG and a lossless WebP as they were', async () => {
    for (const content of [await wavy(1).png().toBuffer(), await wavy(1).webp({ lossless: true }).toBuffer()])
      expect(Buffer.from((await decode(content)).picture.pixels).equals(wavyPixels(1, 40))).toBe(true);
  });

  it('decodes a large JPEG no larger than needed, in colours that stay', async () => {
    const { picture, fullSize } = await decode(await plain('#306090', 801, 600).jpeg({ quality: 95 }).toBuffer(), 32);
    expect(fullSize).toMatchObject({ width: 801, height: 600 });
    expect(picture).toMatchObject({ width: 101, height: 75, shrunk: 8 });
    for (const [channel, value] of [0x30, 0x60, 0x90].entries())
      expect(Math.abs((picture.pixels[channel] as number) - value)).toBeLessThan(3);
  });

  it('turns a picture upright as its Exif says', async () => {
    const [red, blue] = [await plain('#f00', 8, 16).png().toBuffer(), await plain('#00f', 8, 16).png().toBuffer()];
    // Red over blue; orientation 6 asks for a quarter turn clockwise, after which red is on the right.
    const image = plain('#000', 8, 32).composite([
      { input: red, left: 0, top: 0 },
      { input: blue, left: 0, top: 16 },
    ]);
    const upright = await sharp(await image.png().toBuffer())
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { picture, fullSize } = await decode(upright);
    expect(fullSize).toMatchObject({ width: 32, height: 8 });
    expect(picture).toMatchObject({ width: 32, height: 8 });
    expect(picture.pixels[0]).toBeLessThan(30);
    expect(picture.pixels.at(31 * 3)).toBeGreaterThan(220);
  });

  it('makes sRGB of CMYK, of 16 bits, of grey and of a colour profile', async () => {
    const cmyk = await firstPixel(await plain('#ff0000').toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
    expect(cmyk[0]).toBeGreaterThan(200);
    expect(Math.max(...cmyk.slice(1))).toBeLessThan(80);
    const deep = await plain('#336699').toColourspace('rgb16').png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect(await firstPixel(deep)).toEqual([0x33, 0x66, 0x99]);
    expect(await firstPixel(await plain('#777777').toColourspace('b-w').png().toBuffer())).toEqual([119, 119, 119]);
    expect(await firstPixel(await plain('#777777').toColourspace('b-w').jpeg().toBuffer())).toEqual([119, 119, 119]);
    const wide = await firstPixel(await plain('#ff0000').withIccProfile('p3').jpeg({ quality: 100 }).toBuffer());
    expect(Math.abs((wide[0] as number) - 255)).toBeLessThan(4);
  });

  it('puts white behind what is see-through', async () => {
    const clear = sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    expect(await firstPixel(await clear.png().toBuffer())).toEqual([255, 255, 255]);
  });

  it('takes the first picture of an animation', async () => {
    const frames = [wavy(1, 16), wavy(2, 16)].map((frame) => frame.raw().toBuffer());
    const pages = sharp(Buffer.concat(await Promise.all(frames)), {
      raw: { width: 16, height: 32, channels: 3, pageHeight: 16 },
    });
    const webp = await pages.webp({ lossless: true, loop: 0, delay: [100, 100] }).toBuffer();
    expect((await sharp(webp).metadata()).pages).toBe(2);
    const { picture } = await decode(webp);
    expect(picture).toMatchObject({ width: 16, height: 16 });
    expect(Buffer.from(picture.pixels).equals(wavyPixels(1, 16))).toBe(true);
  });

  it('reads a picture of one pixel, and one that is 20,000 wide', async () => {
    expect((await decode(await plain('#123456', 1, 1).png().toBuffer())).picture).toMatchObject({
      width: 1,
      height: 1,
    });
    for (const format of ['jpeg', 'png'] as const) {
      const { fullSize } = await decode(await plain('#888888', 20_000, 50).toFormat(format).toBuffer(), 32);
      expect(fullSize).toMatchObject({ width: 20_000, height: 50 });
    }
  });

  it('shrinks a picture of over 16 million pixels on its way in', async () => {
    const { picture, fullSize } = await decode(await plain('#40a0c0', 20_000, 1000).png().toBuffer(), 32);
    expect(fullSize).toMatchObject({ width: 20_000, height: 1000 });
    expect(picture.width * picture.height).toBeLessThanOrEqual(16_000_000);
    expect([...picture.pixels.subarray(0, 3)]).toEqual([0x40, 0xa0, 0xc0]);
  });
});

describe('a flawed file', () => {
  const noteOf = async (bytes: Uint8Array) => (await decode(bytes)).note;

  it('is taken with a note where all its pixels are there: a wrong scan header, no end, bytes before the end', async () => {
    const jpeg = await wavy(1, 200).jpeg().toBuffer();
    const pixels = await sharp(jpeg).raw().toBuffer();
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const end = scan + 2 + jpeg.readUInt16BE(scan + 2);
    const samsung = Buffer.from(jpeg);
    // The last three bytes of the header say which coefficients there are: 0 to 63. Some cameras say 0 to 0.
    samsung[end - 2] = 0;
    expect(await noteOf(samsung)).toBe('the header of its scan is not as it should be');
    expect(Buffer.from((await decode(samsung)).picture.pixels).equals(pixels)).toBe(true);
    const endless = jpeg.subarray(0, jpeg.length - 2);
    expect(await noteOf(endless)).toBe('the marker of its end is missing');
    expect(Buffer.from((await decode(endless)).picture.pixels).equals(pixels)).toBe(true);
    expect(await noteOf(jpeg)).toBeUndefined();
  });

  it('is taken where the last rows are missing, and not where more are', async () => {
    const jpeg = await wavy(1, 400, 3000).jpeg().toBuffer();
    expect(await noteOf(jpeg.subarray(0, jpeg.length - 60))).toMatch(
      /^it is cut off: the last [01]\.\d% of its rows are missing$/,
    );
    await expect(decode(jpeg.subarray(0, jpeg.length * 0.95))).rejects.toThrow('the file is cut off');
    const progressive = await wavy(1, 400, 3000).jpeg({ progressive: true }).toBuffer();
    await expect(decode(progressive.subarray(0, progressive.length - 60))).rejects.toThrow('the file is cut off');
  });

  it('is refused where its pixels are damaged', async () => {
    const jpeg = await wavy(1, 200).jpeg().toBuffer();
    const broken = Buffer.from(jpeg).fill(0xff, jpeg.length / 2, jpeg.length / 2 + 40);
    await expect(decode(broken)).rejects.toThrow(/damaged|cut off/);
  });
});

describe('a damaged file', () => {
  it('is told by what is wrong with it', async () => {
    const jpeg = await wavy(1, 200).jpeg().toBuffer();
    const png = await wavy(1, 200).png().toBuffer();
    const webp = await wavy(1, 200).webp().toBuffer();
    const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
    await expect(decode(new Uint8Array())).rejects.toThrow('the file is empty');
    await expect(decode('not a picture')).rejects.toThrow('it is no JPEG, PNG or WebP inside');
    await expect(decode('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>')).rejects.toThrow(
      'SVG inside',
    );
    await expect(decode(half(jpeg))).rejects.toThrow('the file is cut off');
    await expect(decode(half(png))).rejects.toThrow('the file is cut off');
    await expect(decode(half(webp))).rejects.toThrow(/cut off|damaged/);
    await expect(decode(jpeg.subarray(0, 30))).rejects.toThrow(/cut off|damaged|no JPEG/);
    await expect(decode(await plain('red').gif().toBuffer())).rejects.toThrow('it is GIF inside');
  });

  it('does not spoil the pictures after it', async () => {
    const jpeg = await wavy(7, 64).jpeg().toBuffer();
    const before = Buffer.from((await decode(jpeg)).picture.pixels);
    await expect(decode(jpeg.subarray(0, jpeg.length - 200))).rejects.toThrow('cut off');
    expect(Buffer.from((await decode(jpeg)).picture.pixels).equals(before)).toBe(true);
  });

  it('that is not there is told as such', async () => {
    await expect(async () => decoder.decode('/nowhere/car.jpg', whole, 32)).rejects.toThrow('there is no such file');
  });
});
