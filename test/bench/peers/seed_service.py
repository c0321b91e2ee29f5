"""The service that freshcar replaces: Flask, a Keras generator from a file, Pillow.

    python seed_service.py GENERATOR.keras PORT

GET /example1.png answers a fresh car that no cache may keep.
"""

import io
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np  # noqa: E402
from flask import Flask, Response  # noqa: E402
from keras.models import load_model  # noqa: E402
from PIL import Image  # noqa: E402
from timing import cores  # noqa: E402
from waitress import serve  # noqa: E402

generator = load_model(sys.argv[1], compile=False)
app = Flask(__name__)


@app.get("/example1.png")
def example():
    (image,) = generator.predict(np.random.randn(1, 100), verbose=0)
    png = io.BytesIO()
    Image.fromarray(((image + 1) * 127.5).astype(np.uint8)).save(png, "PNG")
    return Response(png.getvalue(), mimetype="image/png", headers={"Cache-Control": "no-store"})


serve(app, host="127.0.0.1", port=int(sys.argv[2]), threads=cores())
