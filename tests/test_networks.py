import pytest
import torch
from torch import nn

from vae_core.networks import NETWORKS, NORMS, Style
from vae_core.networks.broadcast import Broadcast, sides_from_grid
from vae_core.networks.resnet import Block

SMALL = Style((16,), 8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 9, 16, 28, 32, 45, 64, 128])
@pytest.mark.parametrize("name", NETWORKS)
def test_any_image_size_goes_through(name, side, channels):
    network, shape = NETWORKS[name], (channels, side, side)
    encoder, decoder = network.encoder(shape, 6, SMALL), network.decoder(3, shape, SMALL)
    assert encoder(torch.rand(2, *shape)).shape == (2, 6)
    assert decoder(torch.randn(2, 3)).shape == (2, *shape)


def test_at_64_pixels_the_convolutional_encoder_is_that_of_burgess():
    """Four 4×4 convolutions of stride 2 with 32 channels, two layers of 256, then 2 × 10 numbers."""
    encoder = NETWORKS["conv"].encoder((1, 64, 64), 20, Style())
    convolutions = [layer for layer in encoder if isinstance(layer, nn.Conv2d)]
    dense = [layer for layer in encoder if isinstance(layer, nn.Linear)]
    assert [(c.out_channels, c.kernel_size, c.stride) for c in convolutions] == [(32, (4, 4), (2, 2))] * 4
    assert [(d.in_features, d.out_features) for d in dense] == [(512, 256), (256, 256), (256, 20)]
    convolution = (16 * 1 * 32 + 32) + 3 * (16 * 32 * 32 + 32)
    assert sum(p.numel() for p in encoder.parameters()) == convolution + 513 * 256 + 257 * 256 + 257 * 20


def test_the_decoder_mirrors_the_encoder():
    decoder = NETWORKS["conv"].decoder(10, (1, 64, 64), Style())
    layers = [layer for layer in decoder if isinstance(layer, nn.ConvTranspose2d)]
    assert [(t.in_channels, t.out_channels) for t in layers] == [(32, 32), (32, 32), (32, 32), (32, 1)]


def test_signals_keep_their_size_at_the_start():
    """He's initialisation: the variance before the heads neither dies nor explodes through five layers."""
    torch.manual_seed(0)
    deep = NETWORKS["mlp"].encoder((1, 16, 16), 10, Style((256,) * 5))
    inside = deep[:-1](torch.randn(200, 1, 16, 16))
    assert 0.3 < inside.square().mean().item() < 3


def test_at_64_pixels_the_image_halves_to_four_and_back():
    x, seen = torch.rand(1, 1, 64, 64), []
    for layer in NETWORKS["conv"].encoder((1, 64, 64), 20, Style()):
        x = layer(x)
        seen += [x.shape[-1]] if isinstance(layer, nn.Conv2d) else []
    assert seen == [32, 16, 8, 4]
    decoder = NETWORKS["conv"].decoder(10, (1, 64, 64), Style())
    transposed = 3 * (16 * 32 * 32 + 32) + (16 * 32 * 1 + 1)
    assert sum(p.numel() for p in decoder.parameters()) == 11 * 256 + 257 * 256 + 257 * 512 + transposed


@pytest.mark.parametrize("name", NETWORKS)
def test_the_last_layer_is_free_to_be_negative(name):
    """A ReLU at the end of either half would forbid half of all codes and of all logits."""
    torch.manual_seed(0)
    network, shape = NETWORKS[name], (1, 16, 16)
    for made in (
        network.encoder(shape, 6, SMALL)(torch.rand(20, *shape)),
        network.decoder(3, shape, Style((), 8))(torch.randn(20, 3)),
    ):
        assert made.min() < 0 < made.max()


def test_each_cell_of_a_broadcast_code_differs_by_its_place_alone():
    """In [−1, 1] down and across, the same for every code."""
    torch.manual_seed(0)
    layer = Broadcast(3, 4, 5)
    cells = layer(torch.randn(2, 3))
    assert torch.allclose(cells[0] - cells[0, :, 2:3, 2:3], cells[1] - cells[1, :, 2:3, 2:3], atol=1e-6)
    down, across = layer.of_place.weight.unbind(1)
    assert torch.allclose(cells[0, :, 4, 2] - cells[0, :, 0, 2], 2 * down, atol=1e-6)
    assert torch.allclose(cells[0, :, 2, 4] - cells[0, :, 2, 0], 2 * across, atol=1e-6)


@pytest.mark.parametrize(
    ("side", "sides"), [(8, [4, 8]), (28, [7, 14, 28]), (64, [8, 16, 32, 64]), (45, [5, 11, 22, 45])]
)
def test_a_broadcast_grid_has_at_most_eight_cells_a_side(side, sides):
    assert sides_from_grid(side) == sides


def test_a_residual_block_starts_near_the_identity_and_never_mixes_images():
    torch.manual_seed(0)
    x = torch.randn(4, 16, 8, 8)
    for norm in NORMS:
        block = Block(16, Style(norm=norm))
        assert (block(x) - x).square().mean() < 0.05
        assert torch.allclose(block(x)[:1], block(x[:1]), atol=1e-5)


def test_norms_are_of_groups_of_the_layer_or_none():
    groups = {name: [m.num_groups for m in Block(32, Style(norm=name)).modules() if isinstance(m, nn.GroupNorm)] for name in NORMS}  # fmt: skip
    assert groups == {"group": [4, 4], "layer": [1, 1], "none": []}


@pytest.mark.parametrize("name", NETWORKS)
def test_dropout_is_for_training_alone(name):
    torch.manual_seed(0)
    network = NETWORKS[name].encoder((1, 16, 16), 6, Style((16,), 8, dropout=0.5))
    x = torch.rand(3, 1, 16, 16)
    assert not torch.equal(network(x), network(x))
    network.eval()
    assert torch.equal(network(x), network(x))
