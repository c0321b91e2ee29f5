import { expect, it } from 'vitest';
import { recallByFolder } from '../../../model/evaluation/folder-recall.ts';

it('averages over the images of each folder, the largest folder first, and leaves out what was not compared', () => {
  const covered = Float64Array.from([1, 0.5, 0, 1, 1, Number.NaN]);
  const names = ['b/1.jpg', 'a/deep/1.jpg', 'a/deep/2.jpg', 'a/deep/3.jpg', 'c.jpg', 'b/2.jpg'];
  expect(recallByFolder(covered, names)).toEqual([
    { folder: 'a/deep', pictures: 3, recall: 0.5 },
    { folder: 'b', pictures: 1, recall: 1 },
    { folder: '', pictures: 1, recall: 1 },
  ]);
});
