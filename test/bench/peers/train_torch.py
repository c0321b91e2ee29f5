"""The seed's recipe in PyTorch, channels last as its convolutions are fastest on a processor, on random images.

    python train_torch.py [--batch 64] [--steps 12] [--bfloat16]

With --bfloat16 under autocast. Prints images a second as JSON.
"""

import torch
from seed_networks_torch import LATENT, discriminator, generator
from timing import arguments, cores, measure
from torch.nn.functional import binary_cross_entropy_with_logits

options = arguments()
torch.set_num_threads(cores())

drawer = generator().to(memory_format=torch.channels_last)
judge = discriminator().to(memory_format=torch.channels_last)
drawer_optimizer = torch.optim.Adam(drawer.parameters(), 2e-4, betas=(0.5, 0.999))
judge_optimizer = torch.optim.Adam(judge.parameters(), 2e-4, betas=(0.5, 0.999))
images = (2 * torch.rand(options.batch, 3, 32, 32) - 1).to(memory_format=torch.channels_last)
real_labels, fake_labels = torch.ones(options.batch, 1), torch.zeros(options.batch, 1)


def precision():
    return torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16)


def noise():
    return torch.randn(options.batch, LATENT)


def learn(optimizer, batch, labels):
    """Backwards from what the judge says of `batch` to the parameters of one optimizer."""
    optimizer.zero_grad()
    with precision():
        logits = judge(batch())
    loss = binary_cross_entropy_with_logits(logits.float(), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def predicted():
    """Drawn by the moving statistics, as Keras's `predict` does for the seed."""
    drawer.eval()
    drawn = drawer(noise())
    drawer.train()
    return drawn


def step():
    learn(judge_optimizer, lambda: images, real_labels)
    learn(judge_optimizer, predicted, fake_labels)
    # The judge at rest: by its moving statistics, and no gradients of its own.
    judge.eval().requires_grad_(False)
    learn(drawer_optimizer, lambda: drawer(noise()), real_labels)
    judge.train().requires_grad_(True)


measure(step, options.batch, options.steps)
