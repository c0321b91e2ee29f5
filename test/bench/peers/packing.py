"""What people write instead of `freshcar dataset prepare`: Pillow over two processes.

    python packing.py FOLDER OUT.npy SIZE [draft]

Every JPEG below FOLDER, squeezed to SIZE by SIZE by area averaging, into one .npy. With `draft`, Pillow may have libjpeg
shrink while decoding, as its own `thumbnail` does; few loops that one finds know of it.
"""

import os
import sys
from functools import partial
from multiprocessing import Pool

import numpy as np
from PIL import Image


def prepare(path, size, draft):
    image = Image.open(path)
    if draft:
        image.draft("RGB", (2 * size, 2 * size))
    return np.asarray(image.convert("RGB").resize((size, size), Image.BOX))


if __name__ == "__main__":
    folder, out, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    paths = sorted(os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
    with Pool(2) as pool:
        pictures = pool.map(partial(prepare, size=size, draft="draft" in sys.argv), paths, chunksize=64)
    np.save(out, np.stack(pictures))
