import dataclasses
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vae_core.analysis import EvaluateConfig, MapConfig
from vae_core.config import LONGEST_MESSAGE, BetascopeError, ConfigError, field_types
from vae_core.datasets import DataConfig
from vae_core.models import MODELS, families
from vae_core.paths import written_path
from vae_core.training import TrainConfig

CONFIGS = [DataConfig, TrainConfig, EvaluateConfig, MapConfig, *(kind.Config for kind in families().values())]


@pytest.mark.parametrize("kind", CONFIGS, ids=lambda kind: kind.__qualname__)
def test_json_goes_both_ways(kind):
    config = kind()
    assert kind.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@given(st.floats(min_value=0, max_value=1e6), st.integers(1, 512))
def test_any_value_in_bounds_survives_json(beta, latent_dim):
    config = MODELS["beta_vae"].Config(beta=beta, latent_dim=latent_dim)
    assert type(config).from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"beta": -1.0}, ["--beta", "-1.0", "at least 0"]),
        ({"beta": math.nan}, ["--beta", "nan"]),
        ({"beta": math.inf}, ["--beta", "inf"]),
        ({"beta": "much"}, ["--beta", "'much'", "a number"]),
        ({"latent_dim": 0}, ["--latent-dim", "0", "at least 1"]),
        ({"latent_dim": 2.5}, ["--latent-dim", "2.5", "a whole number"]),
        ({"latent_dim": True}, ["--latent-dim", "True"]),
        ({"network": "transformer"}, ["--network", "'transformer'", "mlp", "conv"]),
        ({"hidden": (256, 0)}, ["--hidden", "0"]),
        ({"hidden": 256}, ["--hidden", "256", "a list"]),
        ({"shape": (1, 64, 32)}, ["(1, 64, 32)", "8 to 256"]),
        ({"shape": (2, 64, 64)}, ["(2, 64, 64)"]),
        ({"colour": 1}, ["'colour'", "latent_dim"]),
    ],
)
def test_a_bad_value_is_reported_in_one_sentence(change, words):
    with pytest.raises(ConfigError) as raised:
        MODELS["beta_vae"].Config.from_dict(change)
    message = str(raised.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_a_bound_above_which_values_lie_is_exclusive():
    with pytest.raises(ConfigError, match="above 0"):
        TrainConfig(lr=0.0)


def bad_values():
    """(configuration, setting, value) for each bound, choice and type that any registered setting declares; a setting that
    families inherit is tried on the first of them."""
    tried = set()
    for kind in CONFIGS:
        for field in dataclasses.fields(kind):
            rules = (field.name, field.type, *map(str, field.metadata.values()))
            if rules in tried:
                continue
            tried.add(rules)
            (declared, optional), rule = field_types(kind)[field.name], field.metadata
            bad = [[], {}] if declared is not tuple else ["1,2", {}, [1.5], ["8"], [None]]
            bad += [] if optional else [None]
            if declared in (int, float):
                bad += ["1", True, math.nan, math.inf, -math.inf]
                bad += [rule["low"] - 1] if rule["low"] is not None else []
                bad += [rule["high"] + 1] if rule["high"] is not None else []
                bad += [rule["above"], rule["above"] - 1] if rule["above"] is not None else []
            if declared in (str, bool):
                bad += [1]
            if rule["choices"] is not None:
                bad += ["no such choice"] if rule["several"] else ["", "no such choice"]
            yield from ((kind, field.name, value) for value in bad)


@pytest.mark.parametrize(
    ("kind", "name", "value"), list(bad_values()), ids=lambda part: getattr(part, "__qualname__", None) or repr(part)
)
def test_every_setting_refuses_what_it_does_not_declare(kind, name, value):
    with pytest.raises(ConfigError) as raised:
        kind.from_dict({name: value})
    message = str(raised.value)
    assert f"--{name.replace('_', '-')}" in message
    assert repr(value if not isinstance(value, list) else (value or [None])[0]) in message or repr(value) in message
    assert message.endswith(".")


#: What else must be set where a setting goes to its bound.
BESIDE = {"levels": {"latent_dim": 512}, "beta_low": {"beta_high": 1e6}}


@pytest.mark.parametrize("kind", CONFIGS, ids=lambda kind: kind.__qualname__)
def test_the_bounds_themselves_are_accepted(kind):
    for field in dataclasses.fields(kind):
        if field_types(kind)[field.name][0] in (int, float):
            for bound in (field.metadata["low"], field.metadata["high"]):
                if bound is not None:
                    settings = BESIDE.get(field.name, {}) | {field.name: bound}
                    assert getattr(kind.from_dict(settings), field.name) == bound


def test_a_message_is_short_and_controls_no_terminal():
    message = str(BetascopeError(f"{'a' * 900}\x1b[2J\u202e{'b' * 900} is too long; use less."))
    assert len(message) < LONGEST_MESSAGE + 50
    assert message.endswith(" is too long; use less.")
    assert " … " in message
    assert "\\x1b[2J\\u202e" in str(BetascopeError("name \x1b[2J\u202e"))
    assert str(BetascopeError("one line\nand another")) == "one line\nand another"


@pytest.mark.parametrize("value", [[list(range(10_000))], "x" * 10_000, {"a": "b" * 10_000}])
def test_a_long_value_does_not_hide_what_is_accepted(value):
    with pytest.raises(ConfigError, match=r"--epochs .* … .*must be a whole number") as raised:
        TrainConfig.from_dict({"epochs": value})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("text", ["é" * 300, "a\0b"])
def test_what_no_system_takes_as_a_path_is_refused(text):
    with pytest.raises(ConfigError, match="cannot be opened"):
        written_path(text)


def test_a_path_may_begin_at_home_or_name_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert written_path("~/a") == tmp_path / "a"
    assert written_path("~nobody-here/a") == Path("~nobody-here/a")
