import { expect, it } from 'vitest';
import type { Picture } from '../../model/image.ts';
import { writeText } from '../../model/pixel-text.ts';
import { shareCard } from '../../model/share-card.ts';

const at = ({ pixels, width }: Picture, x: number, y: number) => [
  ...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

it('writes digits as they are read, each dot a square', () => {
  const picture: Picture = { pixels: new Uint8Array(12 * 8 * 3), width: 12, height: 8 };
  writeText(picture, '17', { left: 0, top: 0, scale: 1, colour: [255, 0, 0] });
  const rows = Array.from({ length: 7 }, (_, y) =>
    Array.from({ length: 11 }, (_, x) => (at(picture, x, y)[0] === 255 ? '#' : '.')).join(''),
  );
  expect(rows).toEqual([
    '..#...#####',
    '.##.......#',
    '..#......#.',
    '..#.....#..',
    '..#....#...',
    '..#....#...',
    '.###...#...',
  ]);
});

it('has the car on the left over the whole height, and a text that stays within the card', () => {
  const left = [0, 0, 255];
  const right = [255, 0, 0];
  const car: Picture = { pixels: Uint8Array.from([...left, ...right, ...left, ...right]), width: 2, height: 2 };
  const card = shareCard(car, ['CAR 4294967295', 'DOES NOT EXIST.']);
  expect([card.width, card.height]).toEqual([1200, 630]);
  expect(at(card, 0, 0)).toEqual(left);
  expect(at(card, 629, 629)).toEqual(right);
  // In the middle they blend.
  expect(at(card, 315, 315)[0]).toBeGreaterThan(120);
  expect(at(card, 315, 315)[2]).toBeGreaterThan(120);
  const isInk = (x: number) => Array.from({ length: 630 }, (_, y) => at(card, x, y)).some(([red = 255]) => red < 100);
  const inked = Array.from({ length: 570 }, (_, x) => 630 + x).filter(isInk);
  expect(Math.min(...inked)).toBeGreaterThanOrEqual(678);
  expect(Math.max(...inked)).toBeLessThan(1200 - 40);
  expect(inked.length).toBeGreaterThan(200);
});
