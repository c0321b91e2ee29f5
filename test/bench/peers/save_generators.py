"""Untrained generators for the services: how long one takes to run does not depend on its weights.

    python save_generators.py keras GENERATOR.keras
    python save_generators.py torch GENERATOR.onnx

The second writes what torch.onnx.export makes of the network and of its steps to bytes.
"""

import sys


def save_keras(path):
    import seed_networks_keras

    seed_networks_keras.generator().save(path)


def save_torch(path):
    import torch
    from seed_networks_torch import LATENT, generator

    class Images(torch.nn.Module):
        """Height, width, colours; from [-1, 1] to bytes."""

        def __init__(self):
            super().__init__()
            self.network = generator()

        def forward(self, latent):
            return (self.network(latent).permute(0, 2, 3, 1) * 127.5 + 128).clamp(0, 255).to(torch.uint8)

    latent = torch.randn(1, LATENT)
    torch.onnx.export(Images().eval(), (latent,), path, input_names=["latent"], output_names=["images"], dynamo=True)


if __name__ == "__main__":
    {"keras": save_keras, "torch": save_torch}[sys.argv[1]](sys.argv[2])
