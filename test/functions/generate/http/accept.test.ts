import { expect, it } from 'vitest';
import { acceptsPng } from '../../../../functions/generate/http/accept.ts';

it.each([
  undefined,
  '*/*',
  'image/png',
  'IMAGE/PNG;q=0.1',
  'image/*',
  // What Chromium and Firefox send for a picture and for a page.
  'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8',
  'image/apng',
  'text/html, */*;q=0.01',
  '',
  ',,;',
])('takes %j for a caller that a PNG will do for', (accept) => {
  expect(acceptsPng(accept)).toBe(true);
});

it.each([
  'text/html',
  'image/webp',
  'image/png;q=0',
  '*/*, image/png;q=0',
  'image/*;q=0, */*',
  'application/json, text/*',
])('takes %j for a refusal of PNG', (accept) => {
  expect(acceptsPng(accept)).toBe(false);
});
