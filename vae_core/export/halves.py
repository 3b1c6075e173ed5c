"""The two halves of a model as functions of tensors alone, for every family: what is exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..models import Model
from ..models.vq_vae import VQVAE

#: Images in an example batch; exported graphs take any number.
EXAMPLES = 2


@dataclass(frozen=True)
class Half:
    """module: takes `inputs` in order and returns `outputs` in order. inputs: an example batch of each, by name."""

    module: nn.Module
    inputs: dict[str, Tensor]
    outputs: tuple[str, ...]

    def free_batch(self) -> tuple[dict[int, torch.export.Dim], ...]:
        """`dynamic_shapes` of torch's exporters: any number of images."""
        n = torch.export.Dim("n")
        return tuple({0: n} for _ in self.inputs)


class Decoder(nn.Module):
    """Codes `(n, D)`, and a condition `(n,)` where there is one → images `(n, C, H, W)` in [0, 1]."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        model, y = under(self.model, condition)
        return model.decode(z, y)


class Encoder(nn.Module):
    """Images `(n, C, H, W)` in [0, 1], and a condition `(n,)` where there is one → mu `(n, D)`, and logvar where there is one."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: Tensor, condition: Tensor | None = None) -> tuple[Tensor, ...]:
        model, y = under(self.model, condition)
        posterior = model.encode(image, y)
        return (posterior.mu,) if posterior.logvar is None else (posterior.mu, posterior.logvar)


class IndexDecoder(nn.Module):
    """Code indices `(n, cells)` int64 of a VQ-VAE → images `(n, C, H, W)` in [0, 1]."""

    def __init__(self, model: VQVAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, indices: Tensor) -> Tensor:
        return self.model.decode(self.model.lookup(indices))


def under(model: Model, condition: Tensor | None) -> tuple[Model, Tensor | None]:
    """The model and its labels under a condition `(n,)` float32: a class of a conditional model, a β of a multi-rate model."""
    if condition is None:
        return model, None
    return (model, condition.long()) if model.conditional else (model.at_beta(condition), None)


def decoder(model: Model) -> Half:
    """z[, condition] → image. Codes of a VQ-VAE are rounded to its codebook, as everywhere."""
    z = model.prior_sample(EXAMPLES).detach()
    return Half(Decoder(model), {"z": z} | _condition(model), (_item(model),))


def encoder(model: Model) -> Half:
    """image[, condition] → mu[, logvar]; "row" or "user" instead of "image" for a model of tables or histories."""
    inputs = {_item(model): torch.rand(EXAMPLES, *model.config.shape)} | _condition(model)
    outputs = ("mu", "logvar")
    with torch.no_grad():
        given = Encoder(model)(*inputs.values())
    return Half(Encoder(model), inputs, outputs[: len(given)])


def index_decoder(model: Model) -> Half | None:
    """indices → image, of a VQ-VAE; None for all others."""
    if not isinstance(model, VQVAE):
        return None
    indices = torch.randint(len(model.words), (EXAMPLES, model.side**2))
    return Half(IndexDecoder(model), {"indices": indices}, ("image",))


def _item(model: Model) -> str:
    return {"images": "image", "table": "row", "history": "user"}[model.data_kind]


def _condition(model: Model) -> dict[str, Tensor]:
    if model.conditional:
        return {"condition": torch.arange(EXAMPLES, dtype=torch.float32) % model.config.classes}
    if model.config.betas:
        return {"condition": torch.linspace(*model.config.betas, EXAMPLES)}
    return {}


#: Name of the exported file → the half.
HALVES: dict[str, Callable[[Model], Half | None]] = {
    "decoder": decoder, "encoder": encoder, "index_decoder": index_decoder,
}  # fmt: skip
