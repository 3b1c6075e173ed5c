"""Folders that diffusers writes for an `AutoencoderKL`: config.json and diffusion_pytorch_model.safetensors.

Its code is a grid of channels, far wider than sliders can show, so a code here is a place along the principal directions of the grids of
given images, in standard deviations. What lies outside of these directions is lost, in reconstructions too.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..datasets import load
from .graphs import LARGEST
from .halves import Foreign, ImportFailed, Request, Values
from .torch_pair import from_torch, settings_of

WEIGHTS = "diffusion_pytorch_model.safetensors"
#: Side of images where the model names none that is shown, and images that the directions are fitted on.
SIDE, FITTED = 64, 500
#: Of a model that is built: blocks, channels of each, latent channels.
MOST_BLOCKS, MOST_CHANNELS, MOST_LATENT = 8, 1024, 64


def recognises(path: Path) -> bool:
    """Whether the path is such a folder."""
    file = path / "config.json"
    return file.is_file() and file.stat().st_size < 1 << 20 and b"AutoencoderKL" in file.read_bytes()


def open_model(path: Path, request: Request) -> Foreign:
    """
    Raises:
        ImportFailed: one sentence on the first thing that does not fit, or that diffusers is not installed.
        DataError: no such images.
    """
    config = _checked(path)
    if request.data is None:
        raise ImportFailed(
            "The code of an AutoencoderKL is a grid, whose principal directions become sliders; give --dataset to find them."
        )
    if not 1 <= request.dims <= 512:
        raise ImportFailed(f"--dims {request.dims}: from 1 to 512 directions are shown.")
    stored = config.get("sample_size")
    side = stored if isinstance(stored, int) and 8 <= stored <= 128 else SIDE
    images = load(request.data.replace(image_size=request.data.image_size or side), split="all")
    if images.shape[0] != config["in_channels"]:
        raise ImportFailed(
            f"--dataset {request.data.name!r}: its images have {images.shape[0]} channels and the model's {config['in_channels']}."
        )
    values = request.values or Values(-1, 1)
    model = Directions(_built(path))
    try:
        model.fit(images.train.images[:FITTED], request.dims, values)
    except RuntimeError as error:
        raise ImportFailed(
            f"The model does not run on images of {images.shape}; choose images of another size."
        ) from error
    return from_torch(
        f"diffusers AutoencoderKL, {model.dims} principal directions of its code", model, images.shape, model.dims,
        encode=lambda model, x: (model.code_of(x),), decode=lambda model, z: model.image_of(z), values=values,
        settings={"likelihood": "gaussian", "sigma": 0.1},
    )  # fmt: skip


class Directions(nn.Module):
    """The model behind a linear map between codes `(n, K)` and its grids `(n, c, h, w)`."""

    mean: Tensor
    axes: Tensor

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    @torch.no_grad()
    def fit(self, images: Tensor, dims: int, values: Values) -> None:
        """Principal directions of uint8 images `(N, C, H, W)`, at most as many as there are images or numbers in a grid."""
        scaled = images.float() / 255 * (values.high - values.low) + values.low
        grids = torch.cat([self.model.encode(part).latent_dist.mean for part in scaled.split(32)])
        self.grid = tuple(grids.shape[1:])
        flat = grids.flatten(1)
        centred = flat - flat.mean(0)
        _, lengths, axes = torch.linalg.svd(centred, full_matrices=False)
        deviations = lengths / max(len(flat) - 1, 1) ** 0.5
        self.dims = min(dims, int((deviations > 1e-5 * deviations[0]).sum()))
        self.register_buffer("mean", flat.mean(0))
        self.register_buffer("axes", axes[: self.dims] * deviations[: self.dims, None])  # (K, c·h·w)

    def code_of(self, x: Tensor) -> Tensor:
        """Images → codes, in standard deviations."""
        flat = self.model.encode(x).latent_dist.mean.flatten(1) - self.mean
        return flat @ (self.axes / self.axes.square().sum(1, keepdim=True)).T

    def image_of(self, z: Tensor) -> Tensor:
        """Codes → images."""
        return self.model.decode((self.mean + z @ self.axes).unflatten(1, self.grid)).sample


def _checked(path: Path) -> dict[str, Any]:
    file = path / "config.json"
    config = settings_of(file)
    if config.get("_class_name") != "AutoencoderKL":
        raise ImportFailed(f"config.json: {str(config.get('_class_name'))[:80]!r} is not opened; AutoencoderKL is.")
    widths, latent = config.get("block_out_channels"), config.get("latent_channels")
    if (
        not isinstance(widths, list) or not 1 <= len(widths) <= MOST_BLOCKS or not isinstance(latent, int) or latent > MOST_LATENT
        or not all(isinstance(width, int) and 1 <= width <= MOST_CHANNELS for width in widths)
        or config.get("in_channels") not in (1, 3) or config.get("out_channels") != config["in_channels"]
    ):  # fmt: skip
        raise ImportFailed(
            f"config.json: images of 1 or 3 channels, at most {MOST_BLOCKS} blocks of {MOST_CHANNELS} and {MOST_LATENT} latent channels are opened."
        )
    weights = path / WEIGHTS
    if not weights.is_file():
        raise ImportFailed(f"{WEIGHTS} is missing in {path}; other files of weights are not opened.")
    if weights.stat().st_size > LARGEST:
        raise ImportFailed(f"{WEIGHTS} has more than {LARGEST >> 20} MiB; models of at most that are opened.")
    return config


def _built(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own imports
        try:
            from diffusers import AutoencoderKL
        except ImportError as error:
            raise ImportFailed(
                "diffusers builds its own models: `pip install diffusers`, then import this folder again."
            ) from error
        try:
            model = AutoencoderKL.from_pretrained(
                path, local_files_only=True, use_safetensors=True, low_cpu_mem_usage=False
            )
        except Exception as error:  # of many kinds
            raise ImportFailed(
                "diffusers cannot build a model from this folder: its config.json and weights do not fit each other."
            ) from error
    return model.eval().float()
