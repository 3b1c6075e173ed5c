"""Folders of github.com/YannDubs/disentangling-vae: specs.json and model.pt.

The network is that of Burgess et al. 2018 (appendix A): convolutions of 32 channels, 4×4 kernels and stride 2, then two layers of 256
units; the decoder is its mirror image. Names are those of its weights. mu and logvar of a dimension lie side by side.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .graphs import layout_of
from .halves import Foreign, ImportFailed, Request, Values
from .torch_pair import from_torch, load_weights, number, settings_of, tensors_of

CHANNELS, KERNEL, WIDTH, LAST = 32, 4, 256, 4
#: Its `rec_dist` → likelihood; its "gaussian" is the squared error of pixels from 0 to 255, over 255: σ² = 1/510 (losses.py).
LIKELIHOODS: dict[str, dict[str, Any]] = {
    "bernoulli": {"likelihood": "bernoulli"},
    "gaussian": {"likelihood": "gaussian", "sigma": 510**-0.5},
}


def recognises(path: Path) -> bool:
    """Whether the path is such a folder."""
    return (path / "specs.json").is_file()


def open_model(path: Path, request: Request) -> Foreign:
    """
    Raises:
        ImportFailed: one sentence on the first thing that does not fit.
    """
    file = path / "specs.json"
    specs = settings_of(file)
    kind = specs.get("model_type", "Burgess")
    if not isinstance(kind, str) or kind.lower() != "burgess":
        raise ImportFailed(f"specs.json: the model type {str(kind)[:80]!r} is not known; only Burgess is opened.")
    dims = number(specs, "latent_dim", file)
    sizes = specs.get("img_size")
    if (
        not isinstance(sizes, list)
        or not all(type(size) is int for size in sizes)
        or sizes[1:] not in ([32, 32], [64, 64])
    ):
        raise ImportFailed(
            f"specs.json: 'img_size' is {str(sizes)[:80]}; [channels, 32, 32] or [channels, 64, 64] is needed."
        )
    _, shape = layout_of(tuple(sizes), "model")
    model = Burgess(shape[0], shape[1] == 64, dims)
    weights = tensors_of(path / "model.pt")
    load_weights(model, {name: value for name, value in weights.items() if not name.startswith("linear_")}, "model.pt")
    settings = LIKELIHOODS.get(str(specs.get("rec_dist", "bernoulli")), LIKELIHOODS["bernoulli"])
    beta = {"VAE": 1.0, "betaH": specs.get("betaH_B")}.get(str(specs.get("loss")))
    known = isinstance(beta, int | float) and not isinstance(beta, bool) and beta >= 0
    return from_torch(
        "disentangling-vae", model, shape, dims, encode=_encode, decode=_decode, values=request.values or Values(),
        settings=settings | ({"beta": beta} if known else {}),
    )  # fmt: skip


class Burgess(nn.Module):
    """Encoder and decoder; `large`: images of 64×64 have one more convolution, else they are 32×32."""

    def __init__(self, planes: int, large: bool, dims: int) -> None:
        super().__init__()

        def down(inputs: int, outputs: int = CHANNELS) -> nn.Module:
            return nn.Conv2d(inputs, outputs, KERNEL, 2, 1)

        def up(inputs: int, outputs: int = CHANNELS) -> nn.Module:
            return nn.ConvTranspose2d(inputs, outputs, KERNEL, 2, 1)

        flat = CHANNELS * LAST * LAST
        extra_down = {"conv_64": down(CHANNELS)} if large else {}
        extra_up = {"convT_64": up(CHANNELS)} if large else {}
        self.encoder = nn.ModuleDict(
            {"conv1": down(planes), "conv2": down(CHANNELS), "conv3": down(CHANNELS)} | extra_down
            | {"lin1": nn.Linear(flat, WIDTH), "lin2": nn.Linear(WIDTH, WIDTH), "mu_logvar_gen": nn.Linear(WIDTH, 2 * dims)}
        )  # fmt: skip
        self.decoder = nn.ModuleDict(
            {"lin1": nn.Linear(dims, WIDTH), "lin2": nn.Linear(WIDTH, WIDTH), "lin3": nn.Linear(WIDTH, flat)} | extra_up
            | {"convT1": up(CHANNELS), "convT2": up(CHANNELS), "convT3": up(CHANNELS, planes)}
        )  # fmt: skip


def _encode(model: Burgess, x: Tensor) -> tuple[Tensor, ...]:
    *layers, last = model.encoder.items()
    for name, layer in layers:
        x = torch.relu(layer(x.flatten(1) if name == "lin1" else x))
    mu, logvar = last[1](x).unflatten(1, (-1, 2)).unbind(2)
    return mu, logvar


def _decode(model: Burgess, z: Tensor) -> Tensor:
    *layers, last = model.decoder.items()
    for name, layer in layers:
        z = torch.relu(layer(z))
        if name == "lin3":
            z = z.unflatten(1, (CHANNELS, LAST, LAST))
    return torch.sigmoid(last[1](z))
