import type { Picture } from '../../../model/image.ts';
import { element } from './dom.ts';

/** Pixels each way of what is compared: more than the features look at, and few enough to be quick. */
const size = 128;

export interface PhotoSquare {
  /** Shows a photograph, cut to the square in its middle. @throws Error when the browser cannot read it. */
  show(file: Blob): Promise<void>;
  /** What is in the square; undefined before the first photograph. */
  readonly picture: Picture | undefined;
}

/**
 * The square of a visitor's photograph that is compared, moved by sliders and by dragging.
 *
 * @param onChange Comes when there is another square to compare.
 */
export function createPhotoSquare(onChange: () => void): PhotoSquare {
  const canvas = element('square', HTMLCanvasElement);
  const [zoom, across, down] = ['zoom', 'across', 'down'].map((id) => element(id, HTMLInputElement)) as [
    HTMLInputElement,
    HTMLInputElement,
    HTMLInputElement,
  ];
  const compared = new OffscreenCanvas(size, size);
  let photo: ImageBitmap | undefined;

  const sideOf = ({ width, height }: ImageBitmap) => Math.min(width, height) / Number(zoom.value);
  const draw = () => {
    if (!photo) return;
    const side = sideOf(photo);
    const [left, top] = [Number(across.value) * (photo.width - side), Number(down.value) * (photo.height - side)];
    for (const target of [canvas, compared]) {
      const brush = target.getContext('2d') as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
      if (!brush) continue;
      brush.imageSmoothingQuality = 'high';
      // What a photograph leaves open is paper, not black.
      brush.fillStyle = '#fff';
      brush.fillRect(0, 0, target.width, target.height);
      brush.drawImage(photo, left, top, side, side, 0, 0, target.width, target.height);
    }
  };
  const change = () => {
    draw();
    onChange();
  };
  for (const slider of [zoom, across, down]) slider.addEventListener('input', change);

  canvas.addEventListener('pointerdown', (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener('pointermove', (event) => {
    if (!photo || !canvas.hasPointerCapture(event.pointerId)) return;
    const side = sideOf(photo);
    const scale = side / canvas.clientWidth;
    const move = (slider: HTMLInputElement, by: number, room: number) => {
      if (room > 0) slider.value = String(Number(slider.value) - (by * scale) / room);
    };
    move(across, event.movementX, photo.width - side);
    move(down, event.movementY, photo.height - side);
    change();
  });

  return {
    async show(file) {
      const read = await createImageBitmap(file);
      photo?.close();
      photo = read;
      [zoom.value, across.value, down.value] = ['1', '0.5', '0.5'];
      change();
    },
    get picture() {
      return photo && pictureOf(compared);
    },
  };
}

function pictureOf(canvas: OffscreenCanvas): Picture | undefined {
  const { width, height } = canvas;
  const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data;
  if (!data) return undefined;
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) pixels.set(data.subarray(at * 4, at * 4 + 3), at * 3);
  return { pixels, width, height };
}
