"""Every form that can be filled in is a configuration; what is not, is a sentence."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.train.defaults import DATA_SETTINGS
from explorer.train.fields import defaults_of, is_relevant
from explorer.train.labels import LABELS, ONLY_WITH, label_of
from explorer.train.parsing import betas_of, seeds_of, whole_numbers
from explorer.train.presets import PRESETS
from vae_core.config import ConfigError
from vae_core.datasets import sources
from vae_core.datasets.base import OWN_SETTINGS
from vae_core.jobs import configure, setting_names
from vae_core.models import MODELS, family
from vae_core.training import TrainConfig


@pytest.mark.parametrize("model", MODELS)
def test_the_form_of_each_family_gives_a_valid_configuration(model: str) -> None:
    at = AppTest.from_function(_every_setting, kwargs={"model": model}, default_timeout=180).run()
    assert not at.exception
    values = at.session_state["values"]
    expected = {*setting_names(MODELS[model].Config), *setting_names(TrainConfig)}
    assert expected - ONLY_WITH.keys() <= values.keys() <= expected
    run = configure("digits", model, size=300, **{name: value for name, value in values.items() if value is not None})
    assert run.model == MODELS[model].Config(**run.model.to_dict())
    assert run.train == TrainConfig()


def _every_setting(model: str) -> None:
    import streamlit as st

    from explorer.train.fields import config_form, defaults_of, seed_form
    from vae_core.jobs import setting_names
    from vae_core.models import MODELS
    from vae_core.training import TrainConfig

    values: dict[str, object] = {}
    for config in (MODELS[model].Config, TrainConfig):
        seed_form(defaults_of(config), "t")
        values |= config_form(config, setting_names(config), "t")
    st.session_state["values"] = values


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid(name: str) -> None:
    settings = dict(PRESETS[name].settings)
    dataset, model = settings.pop("dataset"), settings.pop("model")
    assert dataset in sources()
    known = {*setting_names(family(model).Config), *setting_names(TrainConfig), *DATA_SETTINGS, *OWN_SETTINGS}
    assert settings.keys() <= known
    own = {key: value for key, value in settings.items() if key in setting_names(family(model).Config)}
    betas = betas_of(PRESETS[name].beta) if "beta" in setting_names(family(model).Config) else []
    for setting in [{"beta": beta} for beta in betas] or [{}]:
        family(model).Config.from_dict(own | setting)
    TrainConfig.from_dict({key: value for key, value in settings.items() if key in setting_names(TrainConfig)})


def test_labels_are_of_settings_that_exist() -> None:
    known = {name for kind in MODELS.values() for name in setting_names(kind.Config)}
    known |= {*setting_names(TrainConfig), *DATA_SETTINGS, *OWN_SETTINGS}
    assert LABELS.keys() <= known
    assert label_of("batch_size") == "Batch size"


def test_defaults_are_the_cores_own() -> None:
    assert defaults_of(TrainConfig) == vars(TrainConfig())


@pytest.mark.parametrize(
    ("text", "expected"), [("4", [4.0]), ("1, 4, 16", [1.0, 4.0, 16.0]), ("1 4,4", [1.0, 4.0]), ("0.5", [0.5])]
)
def test_betas(text: str, expected: list[float]) -> None:
    assert betas_of(text) == expected


@pytest.mark.parametrize("text", ["", "four", "1; 4", ",".join(map(str, range(13)))])
def test_what_is_no_beta_is_reported(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^β: .* (write|sweep)"):
        betas_of(text)


def test_whole_numbers() -> None:
    assert whole_numbers("256, 128", "hidden") == (256, 128)
    with pytest.raises(ConfigError, match=r"Layer widths: '256\.5' is not"):
        whole_numbers("256.5", "hidden")


def test_seeds() -> None:
    assert seeds_of("0, 1 2,1") == [0, 1, 2]
    with pytest.raises(ConfigError, match=r"^Seeds: 'a' is not .* write it like 0, 1, 2"):
        seeds_of("a")
    with pytest.raises(ConfigError, match=r"^Seeds: 0 values were given"):
        seeds_of("")


def test_settings_that_mean_nothing_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: dict[str, str] = {"t.schedule": "constant", "t.network": "conv"}
    monkeypatch.setattr("explorer.train.fields.st.session_state", chosen)
    assert not is_relevant("warmup_steps", "t")
    assert not is_relevant("target_rate", "t")
    chosen["t.schedule"] = "capacity"
    assert is_relevant("warmup_steps", "t")
    assert is_relevant("target_rate", "t")
    assert not is_relevant("free_bits", "t")
    assert is_relevant("channels", "t")
    assert is_relevant("epochs", "t")
