"""The seed's recipe in Keras, one compiled function a step, on random images.

    python train_keras.py [--batch 64] [--steps 12] [--bfloat16]

With --bfloat16 under Keras's policy mixed_bfloat16. Prints images a second as JSON.
"""

from timing import arguments, measure

options = arguments()

import seed_networks_keras as networks  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import losses, mixed_precision, optimizers  # noqa: E402

if options.bfloat16:
    mixed_precision.set_dtype_policy("mixed_bfloat16")

generator, discriminator = networks.generator(), networks.discriminator()
generator_optimizer = optimizers.Adam(2e-4, beta_1=0.5)
discriminator_optimizer = optimizers.Adam(2e-4, beta_1=0.5)
cross_entropy = losses.BinaryCrossentropy(from_logits=True)
generator_optimizer.build(generator.trainable_variables)
discriminator_optimizer.build(discriminator.trainable_variables)

images = tf.random.uniform((options.batch, 32, 32, 3), -1, 1)
real_labels, fake_labels = tf.ones((options.batch, 1)), tf.zeros((options.batch, 1))


def noise():
    return tf.random.normal((options.batch, networks.LATENT))


def judge(batch, labels):
    with tf.GradientTape() as tape:
        loss = cross_entropy(labels, discriminator(batch, training=True))
    weights = discriminator.trainable_variables
    discriminator_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


@tf.function
def train():
    """Real images, then generated ones as `predict` draws them, then the generator against a discriminator at rest."""
    real = judge(images, real_labels)
    fake = judge(generator(noise(), training=False), fake_labels)
    with tf.GradientTape() as tape:
        drawn = generator(noise(), training=True)
        loss = cross_entropy(real_labels, discriminator(drawn, training=False))
    weights = generator.trainable_variables
    generator_optimizer.apply(tape.gradient(loss, weights), weights)
    return real, fake, loss


# Read each step, as anyone does who shows how it goes.
measure(lambda: [float(loss) for loss in train()], options.batch, options.steps)
