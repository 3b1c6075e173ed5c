"""A form from the fields of a configuration, which hold bounds, choices and help."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

import streamlit as st

from vae_core.config import Config, field_types
from vae_core.jobs import setting_names

from .labels import ONLY_WITH, TITLES, label_of, plain
from .parsing import whole_numbers


def config_form(config: type[Config], names: Collection[str], prefix: str) -> dict[str, Any]:
    """A widget for each of these settings, with the key `prefix.name`; returns their values.

    A setting that has no effect beside the others is neither shown nor returned.

    Raises:
        ConfigError: a text that cannot be parsed.
    """
    fields = {field.name: field for field in dataclasses.fields(config)}
    return {
        name: setting_input(config, fields[name], prefix)
        for name in setting_names(config)
        if name in names and is_relevant(name, prefix)
    }


def is_relevant(name: str, prefix: str) -> bool:
    """Whether a setting has an effect beside the values in the form (`ONLY_WITH`)."""
    other, values = ONLY_WITH.get(name, ("", ()))
    chosen = st.session_state.get(f"{prefix}.{other}")
    return not other or chosen is None or chosen in values


def seed_form(defaults: Mapping[str, Any], prefix: str, overwrite: bool = False) -> None:
    """Put values into session state, in the type of each widget; existing ones stay unless `overwrite`."""
    for name, value in defaults.items():
        key = f"{prefix}.{name}"
        if overwrite or key not in st.session_state:
            st.session_state[key] = ", ".join(map(str, value)) if isinstance(value, tuple) else value


def defaults_of(config: type[Config]) -> dict[str, Any]:
    """Setting → default, of the settings in the form."""
    fields = {field.name: field.default for field in dataclasses.fields(config)}
    return {name: fields[name] for name in setting_names(config)}


def setting_input(config: type[Config], field: dataclasses.Field[Any], prefix: str) -> Any:
    """The widget that fits the type of the setting; its value is in session state already (`seed_form`)."""
    kind, optional = field_types(config)[field.name]
    rule = field.metadata
    label, key = label_of(field.name), f"{prefix}.{field.name}"
    common: dict[str, Any] = {"key": key, "help": rule["help"], "persist_state": "session"}
    if rule["choices"] is not None:
        titles = TITLES.get(field.name, {})
        options = list(rule["choices"])
        if rule["several"]:
            if isinstance(text := st.session_state.get(key, ""), str):
                st.session_state[key] = [name for name in text.split(",") if name]
            return ",".join(
                st.multiselect(label, options, format_func=lambda name: titles.get(name, plain(name)), **common)
            )
        return st.selectbox(label, options, format_func=lambda name: titles.get(name, plain(name)), **common)
    if kind is bool:
        return st.toggle(label, **common)
    if kind is tuple:
        return whole_numbers(st.text_input(label, **common), field.name)
    if kind in (int, float):
        empty = {"value": None, "placeholder": "default"} if optional else {}
        return number_input(label, kind, rule, common | empty)
    return st.text_input(label, **common)


def number_input(label: str, kind: type, rule: Mapping[str, Any], common: dict[str, Any]) -> Any:
    """A number widget within the bounds of `rule`; `common` holds its key and help."""
    low, high = (None if rule[end] is None else kind(rule[end]) for end in ("low", "high"))
    if low is None and rule["above"] is not None:
        low = kind(rule["above"])  # the configuration refuses the exclusive bound itself
    step = {"step": 1} if kind is int else {"step": 1e-4 if rule["high"] == 1.0 else 0.1, "format": "%g"}
    value = st.session_state.get(common["key"])
    if value is not None and not isinstance(value, kind):
        st.session_state[common["key"]] = kind(value)
    return st.number_input(label, min_value=low, max_value=high, **step, **common)
