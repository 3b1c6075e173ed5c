"""ONNX files: an encoder and a decoder, or one of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from .check import loaded, run
from .graphs import (
    PREFIX,
    Layout,
    decoder_graph,
    encoder_graph,
    input_of,
    layout_of,
    read,
    with_free_batch,
)
from .halves import Foreign, ImportFailed, Request, Values

#: What names of outputs say, in lower case without underscores.
MEANS, LOGVARS, SIGMAS = ("mu", "mean", "loc"), ("logvar", "logsigma2", "logvariance"), ("sigma", "std", "scale")
#: The longest code.
WIDEST = 512
#: Beyond [0, 1] by more than this, and for more pixels than that share, values are of another range.
BEYOND, SHARE = 0.05, 0.1


def recognises(path: Path) -> bool:
    """Whether the path is such a file or folder."""
    return path.suffix == ".onnx" or (path.is_dir() and any(path.glob("*.onnx")))


def open_model(path: Path, request: Request) -> Foreign:
    """A folder with encoder.onnx and decoder.onnx, or a file for each.

    Raises:
        ImportFailed: one sentence on the first thing that does not fit.
    """
    decoder, encoder = path if path.is_file() else None, request.encoder
    if path.is_dir():
        names = sorted(file.name for file in path.glob("*.onnx"))
        decoder = path / "decoder.onnx" if "decoder.onnx" in names else None
        encoder = encoder or (path / "encoder.onnx" if "encoder.onnx" in names else None)
        if decoder is None and encoder is None:
            raise ImportFailed(
                f"{path.name} holds {', '.join(names)}; decoder.onnx, encoder.onnx or both are looked for."
            )
    for file in (decoder, encoder):
        if file is not None and not file.is_file():
            raise ImportFailed(f"There is no file {str(file)!r}.")
    graphs = [None if file is None else read(file) for file in (encoder, decoder)]
    return from_graphs("ONNX", graphs[0], graphs[1], request.values)


def from_graphs(
    source: str, encoder: onnx.ModelProto | None, decoder: onnx.ModelProto | None, values: Values | None
) -> Foreign:
    """Two graphs as they were exported → the form of halves.py. values: None where the person gave none.

    Raises:
        ImportFailed: shapes that do not fit.
    """
    made = None if decoder is None else _decoder(decoder, values)
    if encoder is None:
        assert made is not None, "there is at least one half"
        return Foreign(source, None, made[0], made[1][1], made[2])
    decoded, layout, dims = made or (None, None, None)
    encoded, shape, width, has_logvar = _encoder(encoder, layout, dims, values or Values())
    return Foreign(source, encoded, decoded, shape, width, has_logvar)


def _decoder(model: onnx.ModelProto, values: Values | None) -> tuple[bytes, Layout, int]:
    _, sizes = input_of(model, "decoder")
    code = tuple(size for size in sizes[1:] if size is not None)
    if len(sizes) < 2 or len(code) < len(sizes) - 1:
        raise ImportFailed(f"The decoder takes {_shown(sizes)}; (n, D) is needed, where D is a number.")
    width = int(np.prod(code))
    if not 1 <= width <= WIDEST:
        raise ImportFailed(f"The decoder takes codes of {width:,} numbers; 1 to {WIDEST} are shown.")
    output = model.graph.output[0].name
    model = with_free_batch(model)
    codes = np.random.default_rng(0).standard_normal((2, *code)).astype(np.float32)
    images = run(loaded(model.SerializeToString(), "decoder"), codes, "decoder")[0]
    layout = layout_of(images.shape[1:], "decoder")
    if values is None:
        beyond = float(((images < -BEYOND) | (images > 1 + BEYOND)).mean())
        if beyond > SHARE:
            raise ImportFailed(
                f"The decoder returns values from {images.min():.3g} to {images.max():.3g}, and images lie in 0 to 1; say what "
                "they are by --range LOW HIGH (as --range -1 1) or --logits."
            )
    return decoder_graph(model, code, output, layout, values or Values()), layout, width


def _encoder(
    model: onnx.ModelProto, layout: Layout | None, dims: int | None, values: Values
) -> tuple[bytes, tuple[int, ...], int, bool]:
    _, sizes = input_of(model, "encoder")
    image = tuple(size for size in sizes[1:] if size is not None)
    if len(image) < len(sizes) - 1 or not image:
        if layout is None:
            raise ImportFailed(f"The encoder takes {_shown(sizes)}; sizes of its images are needed.")
        image = layout[1] if len(sizes) == 4 else (int(np.prod(layout[1])),)
    own = layout_of(image, "encoder")
    if layout is not None and layout[1] != own[1]:
        if int(np.prod(layout[1])) != int(np.prod(own[1])):
            raise ImportFailed(
                f"The encoder takes images of {own[1]}, and the decoder returns {layout[1]}; both must be alike."
            )
        own = own[0], layout[1]
    names = [value.name for value in model.graph.output]
    model = with_free_batch(model)
    x = np.random.default_rng(0).random((2, *image)).astype(np.float32) * (values.high - values.low) + values.low
    outputs = dict(
        zip(names, run(loaded(model.SerializeToString(), "encoder"), x.astype(np.float32), "encoder"), strict=True)
    )
    widths = {name: int(output[0].size) for name, output in outputs.items() if output.ndim > 1}
    mu, spread = _which(widths, dims)
    width = widths[mu] // 2 if spread == ("half", mu) else widths[mu]
    if dims is not None and width != dims:
        raise ImportFailed(
            f"The encoder returns codes of {width} numbers, and the decoder takes {dims}; both must be alike."
        )
    if width > WIDEST:
        raise ImportFailed(f"The encoder returns codes of {width:,} numbers; 1 to {WIDEST} are shown.")
    return encoder_graph(model, own, mu, spread, width, values), own[1], width, spread is not None


def _which(widths: dict[str, int], dims: int | None) -> tuple[str, tuple[str, str] | None]:
    """Which output is mu, and which one tells the variance."""

    def named(parts: tuple[str, ...], exact: bool = False) -> list[str]:
        plain = {name: name.removeprefix(PREFIX).lower().replace("_", "") for name in widths}
        return [name for name, text in plain.items() if any(text == part if exact else part in text for part in parts)]

    if not widths:
        raise ImportFailed("The encoder returns nothing with a row for each image.")
    logvars = named(LOGVARS)
    sigmas = [name for name in named(SIGMAS) if name not in logvars]
    means = [name for name in named(MEANS) if name not in (*logvars, *sigmas)] or [
        name for name in widths if name not in (*logvars, *sigmas)
    ]
    if not means:
        raise ImportFailed(f"The encoder returns {_listed(widths)}; an output with the means, called mu, is needed.")
    mu = means[0]
    if logvars:
        return mu, ("logvar", logvars[0])
    if sigmas:
        return mu, ("sigma", sigmas[0])
    others = [name for name in widths if name != mu]
    if len(others) == 1 and widths[others[0]] == widths[mu]:
        return mu, ("logvar", others[0])  # the order of the field: mu, logvar
    if not others and dims is not None and widths[mu] == 2 * dims:
        return mu, ("half", mu)
    return mu, None


def _listed(widths: dict[str, int]) -> str:
    return ", ".join(name.removeprefix(PREFIX) for name in widths)


def _shown(sizes: list[int | None]) -> str:
    return f"({', '.join('n' if size is None else str(size) for size in sizes)})"
