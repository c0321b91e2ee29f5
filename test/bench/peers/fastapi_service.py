"""What an engineer of today would write: FastAPI, uvicorn with one worker a core, ONNX Runtime, Pillow.

    python fastapi_service.py GENERATOR.onnx PORT

GET /car.png answers a fresh car that no cache may keep.
"""

import io
import os
import sys
from contextlib import asynccontextmanager

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, Response
from PIL import Image
from timing import cores


@asynccontextmanager
async def lifespan(_):
    print(f"ready, one of {cores()}", flush=True)
    yield


app = FastAPI(lifespan=lifespan)


def open_session():
    options = onnxruntime.SessionOptions()
    # A worker a core: more threads would only be in each other's way.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(os.environ["GENERATOR"], options, providers=["CPUExecutionProvider"])


session = open_session() if "GENERATOR" in os.environ else None
random = np.random.default_rng()


@app.get("/car.png")
async def car():
    (images,) = session.run(None, {"latent": random.standard_normal((1, 100), dtype=np.float32)})
    png = io.BytesIO()
    Image.fromarray(images[0]).save(png, "PNG")
    return Response(png.getvalue(), media_type="image/png", headers={"Cache-Control": "no-store"})


if __name__ == "__main__":
    os.environ["GENERATOR"] = sys.argv[1]
    uvicorn.run("fastapi_service:app", port=int(sys.argv[2]), workers=cores(), log_level="warning")
