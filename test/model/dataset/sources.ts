import type { Listing, SourcePicture } from '../../../model/dataset/sources/source.ts';

/** All pictures of a listing, and a check that they are as many as it says. */
export async function picturesOf({ count, pictures }: Listing): Promise<SourcePicture[]> {
  const all: SourcePicture[] = [];
  for await (const picture of pictures) all.push(picture);
  if (all.length !== count) throw new Error(`${all.length} pictures instead of the promised ${count}`);
  return all;
}

export async function namesOf(listing: Listing): Promise<string[]> {
  return (await picturesOf(listing)).map(({ name }) => name);
}
