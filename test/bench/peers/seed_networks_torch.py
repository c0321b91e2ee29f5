"""The seed's two networks in PyTorch."""

from torch import nn

LATENT = 100


def generator():
    layers = [nn.Linear(LATENT, 256 * 4 * 4), nn.LeakyReLU(0.2), nn.Unflatten(1, (256, 4, 4))]
    for inputs in (256, 128, 128):
        layers += [nn.ConvTranspose2d(inputs, 128, 4, stride=2, padding=1)]
        layers += [nn.BatchNorm2d(128, eps=1e-3, momentum=0.01), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(128, 3, 3, padding=1), nn.Tanh())


def discriminator():
    """Ends in a logit; the seed's sigmoid is in the loss."""
    layers, inputs = [], 3
    for filters, size, stride in ((64, 3, 1), (128, 4, 2), (128, 4, 2), (256, 4, 2)):
        layers += [nn.Conv2d(inputs, filters, size, stride=stride, padding=1)]
        layers += [nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01), nn.LeakyReLU(0.2)]
        inputs = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.4), nn.Linear(256 * 4 * 4, 1))
