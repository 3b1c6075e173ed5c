"""Frozen dataclass configurations: bounds and help live in field metadata, JSON goes both ways.

The CLI's options, the app's forms and the checkpoint's `config.json` are all derived from these fields, so
a new setting is one line. Every bad value raises `ConfigError` with one sentence that names the setting, the
value and the accepted values.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

#: Characters of a message, and of one value in it, at most.
LONGEST_MESSAGE, LONGEST_VALUE = 1200, 100


class BetascopeError(ValueError):
    """Bad input or an impossible request; the message is one sentence that a user can act on.

    Names out of files stand in it as they are, so what would control a terminal is written as an escape, and the middle of
    what nobody would read is left out.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(readable(message, LONGEST_MESSAGE))


def readable(text: str, longest: int) -> str:
    """A text on which a terminal only prints, of at most `longest` characters: its middle is left out."""
    if len(text) > longest:
        head = longest // 2
        text = f"{text[:head]} … {text[head + 3 - longest :]}"
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text)


def shown(value: object) -> str:
    """A value as Python writes it, for a message."""
    return readable(repr(value), LONGEST_VALUE)


class TrainingFailed(Exception):
    """Training cannot go on; the message says why and what to do. Saved files stay valid."""


class ConfigError(BetascopeError):
    """A setting with a value that is not accepted."""


def setting(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    choices: Collection[str] | None = None,
    several: bool = False,
    advanced: bool = False,
) -> Any:
    """A dataclass field with its help text and its accepted values (`low`..`high` inclusive, `above` exclusive).

    several: a text of some of the choices, with commas, or none.
    """
    metadata = dict(help=help, low=low, high=high, above=above, choices=choices, several=several, advanced=advanced)
    return dataclasses.field(default=default, metadata=metadata)


def field_types(cls: type) -> dict[str, tuple[type, bool]]:
    """Name → (plain type, optional?) of each field; `tuple` stands for a tuple of ints."""
    if cls not in _FIELD_TYPES:
        _FIELD_TYPES[cls] = _read_field_types(cls)
    return _FIELD_TYPES[cls]


_FIELD_TYPES: dict[type, dict[str, tuple[type, bool]]] = {}


def _read_field_types(cls: type) -> dict[str, tuple[type, bool]]:
    kinds = {}
    for name, hint in typing.get_type_hints(cls).items():
        optional = typing.get_origin(hint) in (typing.Union, types.UnionType)
        if optional:
            hint = next(part for part in typing.get_args(hint) if part is not type(None))
        kinds[name] = (typing.get_origin(hint) or hint, optional)
    return kinds


@dataclass(frozen=True)
class Config:
    """Base of all configurations; subclasses are frozen dataclasses whose fields come from `setting`."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = _checked(type(self), field, getattr(self, field.name))
            object.__setattr__(self, field.name, value)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, nested configurations as objects."""
        return {
            field.name: value.to_dict() if isinstance(value := getattr(self, field.name), Config) else value
            for field in dataclasses.fields(self)
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_dict`.

        Raises:
            ConfigError: a name that is no setting of this configuration, or a value out of bounds.
        """
        if not isinstance(values, dict):
            raise ConfigError(f"{cls.__qualname__} takes an object of settings, not {shown(values)}.")
        names = [field.name for field in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                raise ConfigError(f"{shown(name)} is not a setting of {cls.__qualname__}; it has {', '.join(names)}.")
        kinds = field_types(cls)
        return cls(
            **{
                name: kind.from_dict(value)
                if isinstance(kind := kinds[name][0], type) and issubclass(kind, Config) and isinstance(value, dict)
                else value
                for name, value in values.items()
            }
        )

    def replace(self, **changes: Any) -> Self:
        return dataclasses.replace(self, **changes)


def _checked(owner: type, field: dataclasses.Field, value: Any) -> Any:
    """The value converted to its declared type; raises ConfigError outside its bounds."""
    kind, optional = field_types(owner)[field.name]
    if value is None and optional:
        return None
    option = f"--{field.name.replace('_', '-')} {shown(value)}"
    value = _converted(kind, value, option)
    limits = field.metadata
    choices = limits.get("choices")
    if choices is not None and limits.get("several"):
        parts = [part for part in map(str.strip, value.split(",")) if part]
        if not set(parts) <= set(choices):
            raise ConfigError(f"{option}: not known; choose some of {', '.join(choices)}, with commas.")
        return ",".join(choice for choice in choices if choice in parts)
    if choices is not None and value not in choices:
        raise ConfigError(f"{option}: not known; choose one of {', '.join(choices)}.")
    for number in value if isinstance(value, tuple) else (value,):
        _check_bounds(option, number, limits)
    return value


def _converted(kind: type, value: Any, option: str) -> Any:
    if kind is tuple and isinstance(value, list | tuple):
        return tuple(_converted(int, part, option) for part in value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and isinstance(value, int) and abs(value) > 2**63:
        raise ConfigError(f"{option}: must lie within ±2^63.")
    if kind is float and number:
        return float(value)
    if kind is int and number and math.isfinite(value) and value == int(value):
        return int(value)
    if kind not in (float, int, tuple) and isinstance(value, kind):
        return value
    raise ConfigError(f"{option}: must be {_KIND_NAMES.get(kind, 'an object of settings')}.")


_KIND_NAMES = {
    int: "a whole number",
    float: "a number",
    tuple: "a list of whole numbers",
    str: "a text",
    bool: "true or false",
}


def _check_bounds(option: str, value: Any, limits: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    low, high, above = limits.get("low"), limits.get("high"), limits.get("above")
    finite = math.isfinite(value)
    if (
        finite
        and (low is None or value >= low)
        and (high is None or value <= high)
        and (above is None or value > above)
    ):
        return
    parts = [f"at least {low}" if low is not None else "", f"above {above}" if above is not None else ""]
    parts.append(f"at most {high}" if high is not None else "")
    raise ConfigError(f"{option}: must be {' and '.join(p for p in parts if p) or 'a finite number'}.")
