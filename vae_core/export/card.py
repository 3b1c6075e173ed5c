"""The page of a model on the Hugging Face Hub: what it is, its numbers with their units, a picture, how to open it."""

from __future__ import annotations

from typing import Any

from ..analysis import cached_scores
from ..metrics import METRICS
from ..metrics.disentanglement import SCORES
from ..models import family
from ..runs import Run

PICTURE = "traversal.png"
NO_LICENCE = "None yet: whoever publishes the model adds `license: …` to the header of this file."
PROGRAM = """import vae_core

run = vae_core.Store().open("{id}")
model = run.model()  # encode, embed, decode, sample
"""
#: Name in an evaluation → how it is read.
NUMBERS = {
    "elbo": ("ELBO", "{:.2f} nats per {item}"),
    "distortion": ("Distortion −E[log p(x\\|z)]", "{:.2f} nats per {item}"),
    "rate": ("Rate KL(q(z\\|x) ‖ p(z))", "{:.2f} nats per {item}"),
    "active_units": ("Active units", "{:d} dimensions (variance of the mean above 0.01)"),
    "perplexity": ("Perplexity of the codebook", "{:.1f} entries"),
} | {name: (metric.title, f"{{:.{metric.digits}f}}") for name, metric in METRICS.items()}


def card(run: Run, address: str, picture: bool = True, licence: str | None = None) -> str:
    """The README.md of a run: a YAML header and Markdown.

    address: as `hub:USER/NAME`; picture: whether `PICTURE` lies beside it; licence: its SPDX name, which only the person
    who publishes the model can give.
    """
    from huggingface_hub import ModelCardData

    config, kind = run.config, family(run.config.family)
    header = ModelCardData(
        library_name="betascope",
        license=licence,
        tags=["betascope", "variational-autoencoder", "representation-learning", config.family.replace("_", "-")],
    )
    rows = numbers(run)
    parts = [
        f"---\n{header.to_yaml()}\n---\n",
        f"# {escaped(config.name)}\n",
        f"{kind.title}{beta(run)}, {config.model.code_description}, trained on `{data_name(run)}` "
        f"({' × '.join(map(str, config.model.shape))}, values in [0, 1]). {escaped(run.notes().about)}".rstrip()
        + "\n",
    ]
    if picture:
        parts.append(f"![What single dimensions of the code move]({PICTURE})\n")
    parts += [
        f"## Objective\n\n{kind.about}\n\n$$\n{kind.formula}\n$$\n",
        "## Numbers\n\n" + "\n".join(["| number | value |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)]) + "\n",
        f"## Open it\n\nWith Betascope:\n\n```sh\npython -m vae_core import {address}\n```\n",
        f"Then it is among the runs of the app. In Python:\n\n```python\n{PROGRAM.format(id=run.id.rsplit('/', 1)[-1])}```\n",
        "`weights.safetensors` holds the weights, `config.json` all settings, `manifest.json` the hash of each file.\n",
        f"## Licence\n\n{f'`{licence}`' if licence else NO_LICENCE}\n",
    ]  # fmt: skip
    return "\n".join(parts)


def numbers(run: Run) -> list[tuple[str, str]]:
    """(title, value with unit) of the evaluation on the whole test split, else of the last one in training, and of scores
    that are cached."""
    history = run.history()
    found: dict[str, Any] = run.evaluation() or (history[-1] if history else {})
    rows = [
        (title, text.format(found[name], item=run.config.item))
        for name, (title, text) in NUMBERS.items()
        if found.get(name) is not None
    ]
    if (images := found.get("images")) is not None:
        rows.append((f"{run.config.item.capitalize()}s they are measured on", f"{images:,}"))
    for name, score in SCORES.items():
        estimates = cached_scores(run, [name]) or {}
        rows += [(f"{score.numbers[key]} ({score.source})", f"{value.value:.3f}") for key, value in estimates.items()]
    return rows


def beta(run: Run) -> str:
    """ ", β = 4", the range of a model for every β, or nothing."""
    if betas := run.config.model.betas:
        return f", β from {betas[0]:g} to {betas[1]:g}"
    return "" if run.config.beta is None else f", β = {run.config.beta:g}"


def data_name(run: Run) -> str:
    """The data's name without the folders of this computer."""
    return run.config.data.name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].replace("`", "'")


def escaped(text: str) -> str:
    """A text of a person as plain words in Markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!" else letter for letter in text)
