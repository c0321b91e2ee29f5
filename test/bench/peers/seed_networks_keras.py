"""The seed's two networks in Keras."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from keras import Sequential, layers

LATENT = 100


def halving(filters, size, strides):
    """A convolution as every block of the discriminator begins."""
    return [
        layers.Conv2D(filters, size, strides=strides, padding="same"),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
    ]


def doubling():
    return [
        layers.Conv2DTranspose(128, 4, strides=2, padding="same"),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.2),
    ]


def generator():
    return Sequential(
        [layers.Input((LATENT,)), layers.Dense(4 * 4 * 256), layers.LeakyReLU(0.2), layers.Reshape((4, 4, 256))]
        + doubling()
        + doubling()
        + doubling()
        + [layers.Conv2D(3, 3, padding="same", activation="tanh", dtype="float32")]
    )


def discriminator():
    """Ends in a logit; the seed's sigmoid is in the loss."""
    return Sequential(
        [layers.Input((32, 32, 3))]
        + halving(64, 3, 1)
        + halving(128, 4, 2)
        + halving(128, 4, 2)
        + halving(256, 4, 2)
        + [layers.Flatten(), layers.Dropout(0.4), layers.Dense(1, dtype="float32")]
    )
