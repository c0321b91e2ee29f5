/** How far the cars of a sheet's last row are on the way from the car that the sheet is around. */
const furthest = 0.6;

/**
 * How far the cars of a row are, from 0 to 1: the first row is nearest, and every further one as much further. In hundredths, as it
 * stands in the addresses of these cars.
 *
 * @param row From 0.
 */
export function wayOfRow(row: number, rows: number): number {
  return Math.round((100 * furthest * (row + 1)) / rows) / 100;
}
