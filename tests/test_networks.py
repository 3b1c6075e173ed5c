import pytest
import torch
from torch import nn

from vae_core.networks import NETWORKS


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 9, 16, 28, 32, 45, 64, 128])
@pytest.mark.parametrize("name", NETWORKS)
def test_any_image_size_goes_through(name, side, channels):
    network, shape = NETWORKS[name], (channels, side, side)
    encoder, decoder = network.encoder(shape, 6, (16,), 8), network.decoder(3, shape, (16,), 8)
    assert encoder(torch.rand(2, *shape)).shape == (2, 6)
    assert decoder(torch.randn(2, 3)).shape == (2, *shape)


def test_at_64_pixels_the_convolutional_encoder_is_that_of_burgess():
    """Four 4×4 convolutions of stride 2 with 32 channels, two layers of 256, then 2 × 10 numbers."""
    encoder = NETWORKS["conv"].encoder((1, 64, 64), 20, (256, 256), 32)
    convolutions = [layer for layer in encoder if isinstance(layer, nn.Conv2d)]
    dense = [layer for layer in encoder if isinstance(layer, nn.Linear)]
    assert [(c.out_channels, c.kernel_size, c.stride) for c in convolutions] == [(32, (4, 4), (2, 2))] * 4
    assert [(d.in_features, d.out_features) for d in dense] == [(512, 256), (256, 256), (256, 20)]
    convolution = (16 * 1 * 32 + 32) + 3 * (16 * 32 * 32 + 32)
    assert sum(p.numel() for p in encoder.parameters()) == convolution + 513 * 256 + 257 * 256 + 257 * 20


def test_the_decoder_mirrors_the_encoder():
    decoder = NETWORKS["conv"].decoder(10, (1, 64, 64), (256, 256), 32)
    layers = [layer for layer in decoder if isinstance(layer, nn.ConvTranspose2d)]
    assert [(t.in_channels, t.out_channels) for t in layers] == [(32, 32), (32, 32), (32, 32), (32, 1)]


def test_signals_keep_their_size_at_the_start():
    """He's initialisation: the variance before the heads neither dies nor explodes through five layers."""
    torch.manual_seed(0)
    deep = NETWORKS["mlp"].encoder((1, 16, 16), 10, (256,) * 5, 32)
    inside = deep[:-1](torch.randn(200, 1, 16, 16))
    assert 0.3 < inside.square().mean().item() < 3


def test_at_64_pixels_the_image_halves_to_four_and_back():
    x, seen = torch.rand(1, 1, 64, 64), []
    for layer in NETWORKS["conv"].encoder((1, 64, 64), 20, (256, 256), 32):
        x = layer(x)
        seen += [x.shape[-1]] if isinstance(layer, nn.Conv2d) else []
    assert seen == [32, 16, 8, 4]
    decoder = NETWORKS["conv"].decoder(10, (1, 64, 64), (256, 256), 32)
    transposed = 3 * (16 * 32 * 32 + 32) + (16 * 32 * 1 + 1)
    assert sum(p.numel() for p in decoder.parameters()) == 11 * 256 + 257 * 256 + 257 * 512 + transposed


@pytest.mark.parametrize("name", NETWORKS)
def test_the_last_layer_is_free_to_be_negative(name):
    """A ReLU at the end of either half would forbid half of all codes and of all logits."""
    torch.manual_seed(0)
    network, shape = NETWORKS[name], (1, 16, 16)
    for made in (
        network.encoder(shape, 6, (16,), 8)(torch.rand(20, *shape)),
        network.decoder(3, shape, (), 8)(torch.randn(20, 3)),
    ):
        assert made.min() < 0 < made.max()
