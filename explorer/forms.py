"""A form from a configuration's own fields: bounds, choices and help come from where the core keeps them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from vae_core.config import Config, ConfigError, field_types
from vae_core.jobs import setting_names
from vae_core.likelihoods import LIKELIHOODS
from vae_core.networks import NETWORKS

LABELS = {
    "latent_dim": "Latent dimensions",
    "lr": "Learning rate",
    "lr_schedule": "Learning rate over time",
    "schedule": "β over time",
    "warmup_steps": "Steps to the full weight",
    "target_rate": "Target rate (nats)",
    "free_bits": "Free nats",
    "free_bits_group": "Free nats for each",
    "alpha": "α",
    "gamma": "γ",
    "off_diagonal": "λ off the diagonal",
    "diagonal": "λ on the diagonal",
    "mmd_weight": "λ of the MMD",
    "critic_weight": "λ of the critic",
    "importance_samples": "Importance samples K",
    "hidden": "Layer widths",
    "sigma": "σ of the likelihood",
    "size": "Number of images",
    "image_size": "Image side in pixels",
    "leave_out": "Class to leave out of training",
    "clip_norm": "Largest gradient norm",
}
#: Words for choices that have a title; others are shown as they are written.
TITLES: dict[str, dict[str, str]] = {
    "network": {name: network.title for name, network in NETWORKS.items()},
    "likelihood": {name: likelihood.title for name, likelihood in LIKELIHOODS.items()},
    "schedule": {"capacity": "Growing capacity", "controlled": "Controlled to a target rate"},
    "activity": {"l1": "Sum of |z|", "kl": "Mean activation beside a target"},
    "covariance": {"i": "I: of the means", "ii": "II: of the codes"},
}
#: Settings that mean something only beside others: name → (that other setting, its values).
ONLY_WITH: dict[str, tuple[str, Collection[str]]] = {
    "warmup_steps": ("schedule", ("linear", "cyclical", "capacity")),
    "target_rate": ("schedule", ("capacity", "controlled")),
    "free_bits": ("schedule", ("constant", "linear", "cyclical", "controlled")),
    "free_bits_group": ("schedule", ("constant", "linear", "cyclical", "controlled")),
    "target_activation": ("activity", ("kl",)),
    "sigma": ("likelihood", ("gaussian", "gaussian_learned")),
    "channels": ("network", ("conv", "resnet")),
    "norm": ("network", ("resnet",)),
}
MAX_BETAS = 12


def label_of(name: str) -> str:
    return LABELS.get(name) or name.replace("_", " ").capitalize()


def config_form(config: type[Config], names: Collection[str], prefix: str) -> dict[str, Any]:
    """A widget for each of these settings; returns what stands in them. Their keys are `prefix.name`.

    A setting that means nothing beside the others is neither shown nor returned.

    Raises:
        ConfigError: a text that does not say what the setting takes.
    """
    known = {field.name: field for field in dataclasses.fields(config)}
    return {
        name: setting_input(config, known[name], prefix)
        for name in setting_names(config)
        if name in names and is_relevant(name, prefix)
    }


def is_relevant(name: str, prefix: str) -> bool:
    other, values = ONLY_WITH.get(name, ("", ()))
    chosen = st.session_state.get(f"{prefix}.{other}")
    return not other or chosen is None or chosen in values


def seed_form(defaults: Mapping[str, Any], prefix: str, overwrite: bool = False) -> None:
    """Put values where the widgets will look for them, as each widget holds them."""
    for name, value in defaults.items():
        key = f"{prefix}.{name}"
        if overwrite or key not in st.session_state:
            st.session_state[key] = ", ".join(map(str, value)) if isinstance(value, tuple) else value


def defaults_of(config: type[Config]) -> dict[str, Any]:
    """Setting → default, of the settings a person may make."""
    fields = {field.name: field.default for field in dataclasses.fields(config)}
    return {name: fields[name] for name in setting_names(config)}


def setting_input(config: type[Config], field: dataclasses.Field[Any], prefix: str) -> Any:
    """The widget that fits the type of the setting; its value is in session state already (`seed_form`)."""
    kind, optional = field_types(config)[field.name]
    rule = field.metadata
    label, key = label_of(field.name), f"{prefix}.{field.name}"
    common: dict[str, Any] = {"key": key, "help": rule["help"], "persist_state": "session"}
    if rule["choices"] is not None:
        words = TITLES.get(field.name, {})
        options = list(rule["choices"])
        return st.selectbox(label, options, format_func=lambda name: words.get(name, plain(name)), **common)
    if kind is bool:
        return st.toggle(label, **common)
    if kind is tuple:
        return whole_numbers(st.text_input(label, **common), field.name)
    if kind in (int, float):
        empty = {"value": None, "placeholder": "default"} if optional else {}
        return number_input(label, kind, rule, common | empty)
    return st.text_input(label, **common)


def number_input(label: str, kind: type, rule: Mapping[str, Any], common: dict[str, Any]) -> Any:
    low, high = (None if rule[end] is None else kind(rule[end]) for end in ("low", "high"))
    if low is None and rule["above"] is not None:
        low = kind(rule["above"])  # the bound itself is turned down, in a sentence, by the configuration
    step = {"step": 1} if kind is int else {"step": 1e-4 if rule["high"] == 1.0 else 0.1, "format": "%g"}
    value = st.session_state.get(common["key"])
    if value is not None:
        st.session_state[common["key"]] = kind(value)
    return st.number_input(label, min_value=low, max_value=high, **step, **common)


def plain(name: str) -> str:
    """`gaussian_learned` → "Gaussian learned"."""
    return name.replace("_", " ").capitalize()


def whole_numbers(text: str, name: str) -> tuple[int, ...]:
    """ "256, 128" → (256, 128).

    Raises:
        ConfigError: anything else.
    """
    try:
        return tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ConfigError(
            f"{label_of(name)}: {text!r} is not a list of whole numbers; write it like 256, 256."
        ) from None


def betas_of(text: str) -> list[float]:
    """ "1, 4, 16" → [1.0, 4.0, 16.0], each once, in the order given.

    Raises:
        ConfigError: no number, something else, or too many; bounds are for the family's configuration to check.
    """
    try:
        found = list(dict.fromkeys(float(part) for part in text.replace(",", " ").split()))
    except ValueError:
        raise ConfigError(
            f"β: {text!r} is not a number or a list of numbers; write 4, or 1, 4, 16 for a sweep."
        ) from None
    if not 1 <= len(found) <= MAX_BETAS:
        raise ConfigError(f"β: {len(found)} values were given; write one, or up to {MAX_BETAS} for a sweep.")
    return found


def beta_norm(beta: float, latent_dim: int, pixels: int) -> float:
    """β · latent dimensions / pixels (Higgins et al. 2017, section 3)."""
    return beta * latent_dim / pixels
