"""The Diagnose and Generate pages, tab by tab, over a small run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest

import vae_core
from explorer import library
from explorer.diagnose.classes import verdict
from explorer.generate.nearest import memorisation
from vae_core.analysis import ACCURACIES, DRAWN_FROM, generation_quality
from vae_core.datasets import DataError
from vae_core.runs import Run, Store

from .conftest import texts

Open = Callable[..., AppTest]
Put = Callable[..., Path]


TABS = {
    "diagnose": ("Checks", "Best and worst", "Anomalies", "Noise"),
    "generate": ("New images", "Around an image"),
    "measure": ("Matrices", "Responses", "Codes", "Over β"),
}
KINDS: dict[str, dict[str, Any]] = {
    "autoencoder": {}, "conditional_vae": {}, "vampprior_vae": {}, "hierarchical_vae": {}, "multirate_vae": {},
    "m2_vae": {"latent_dim": 3}, "vq_vae": {"codebook": 16, "network": "conv"}, "vae": {"dataset": "sprites", "size": 1200},
}  # fmt: skip


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A small run of each kind that pages treat in a way of its own."""
    store, found = Store(tmp_path_factory.mktemp("kinds")), dict[str, Run]()
    quick = dict(dataset="digits", network="mlp", hidden=(16,), image_size=16, epochs=1, snapshots=0)
    for family, settings in KINDS.items():
        own = {} if "codebook" in settings else {"latent_dim": 3}
        found[family] = vae_core.train(model=family, store=store, name=family, **quick | own | settings)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("family", KINDS)
@pytest.mark.parametrize("page", TABS)
def test_every_tab_opens_for_every_kind_of_run(
    app: Open, store: Store, kinds: dict[str, Run], page: str, family: str
) -> None:
    shutil.copytree(kinds[family].path, store.root / "one")
    for tab in TABS[page]:
        at = app(page, run="one", compare="one", tab=tab)
        assert not at.exception, tab
        assert not at.error, tab


@pytest.mark.slow
def test_a_model_that_classifies_shows_its_accuracy_beside_baselines(
    app: Open, store: Store, kinds: dict[str, Run]
) -> None:
    shutil.copytree(kinds["m2_vae"].path, store.root / "few")
    shutil.copytree(kinds["autoencoder"].path, store.root / "auto")
    at = app("diagnose", run="few", tab="Classes")
    assert not at.exception
    numbers = kinds["m2_vae"].evaluation() or {}
    assert [metric.value for metric in at.metric] == [f"{numbers[name]:.1%}" for name in ACCURACIES]
    assert "learned from the same 100 labelled images" in texts(at.caption)
    assert "Classes" not in [tab.label for tab in app("diagnose", run="auto").tabs]
    at = app("compare", compare="few,auto", tab="Numbers")
    (table,) = at.dataframe
    assert sorted(table.value["Accuracy"].notna()) == [False, True]
    at = app("diagnose", run="few", tab="Anomalies")
    at.selectbox(key="diagnose.odd.few").select("sprites").run()
    assert not at.exception


def test_checks_come_with_evidence_and_remedy(app: Open, put: Put) -> None:
    put("one")
    at = app("diagnose", run="one")
    text = texts(at.markdown)
    assert "checks need attention" in text or "Nothing stands out" in text
    assert "Reconstructions explain" in text
    assert ":material/lightbulb:" in text, "a model of one epoch has something to mend"


def test_a_class_as_anomaly_has_a_roc(app: Open, put: Put) -> None:
    put("one")
    at = app("diagnose", run="one", tab="Anomalies")
    at.selectbox(key="diagnose.odd.one").select("class:3").run()
    assert not at.exception
    assert "Area under the ROC" in texts(at.caption)
    assert "Class 3 (seen in training)" in at.selectbox(key="diagnose.odd.one").options
    at.selectbox(key="diagnose.odd.one").select("sprites").run()
    assert "Anomalous images with the highest scores" in texts(at.header)
    at.slider(key="diagnose.percentile").set_value(80.0).run()
    assert "for 20.0 % false alarms" in texts(at.caption)


def test_without_images_anomalies_say_why(app: Open, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put("one")
    app("traverse", run="one")  # codes are in the cache from now on
    monkeypatch.setattr(library, "test_data", lambda run: (None, "The images are elsewhere."))
    for tab in ("Anomalies", "Noise"):
        at = app("diagnose", run="one", tab=tab)
        assert not at.exception
        assert "The images are elsewhere." in texts(at.info)


def test_draws_can_be_repeated_and_compared_with_the_training_images(app: Open, put: Put) -> None:
    put("one")
    at = app("generate", run="one")
    before = at.session_state["generate.seed"]
    at.button(key="generate.seed.next").click().run()
    assert at.session_state["generate.seed"] == before + 1
    at.toggle(key="generate.nearest").set_value(True).run()
    assert not at.exception
    assert "training images: " in texts(at.caption)
    assert "; of test images: " in texts(at.caption)
    at.slider(key="generate.temperature").set_value(0.3).run()
    assert not at.exception


def test_codes_are_drawn_from_what_was_chosen_with_the_fid_of_each(
    app: Open, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.analysis.codes.flow.STEPS", 50)
    monkeypatch.setattr("vae_core.analysis.scores.generation.STEPS", 20)
    drawn: list[torch.Tensor] = []
    monkeypatch.setattr("explorer.generate.samples.show", lambda run, samples, caption: drawn.append(samples.z))
    run = library.store().open(put("one").name)
    at = app("generate", run="one")
    for name in ("mixture", "flow"):
        at.selectbox(key="generate.from").select(name).run()
        assert not at.exception
        assert name in at.query_params["from"]
        assert not torch.equal(drawn[-1], drawn[0])
        assert "A fitted density has no temperature." in texts(at.caption)
    at.selectbox(key="generate.from").select("prior").run()
    assert torch.equal(drawn[-1], drawn[0])
    at.button(key="generate.measure").click().run()
    assert not at.exception
    for name in DRAWN_FROM:
        generation_quality(run, draw_from=name)
    at = app("generate", run="one", **{"from": "flow"})
    assert at.selectbox(key="generate.from").value == "flow"
    (table,) = at.dataframe
    assert table.value.index.tolist() == list(DRAWN_FROM.values())
    assert "A fitted density does not help where" in texts(at.caption)


def test_without_training_images_codes_come_from_the_prior(
    app: Open, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("one")
    app("generate", run="one")

    def missing(run: Run, split: str = "test") -> None:
        raise DataError("The images are elsewhere.")

    monkeypatch.setattr(Run, "data", missing)
    at = app("generate", run="one", **{"from": "mixture"})
    assert not at.exception
    assert "The images are elsewhere. Until then codes are drawn from the prior." in texts(at.info)


def test_a_choice_that_the_next_run_does_not_have_falls_back(app: Open, store: Store, kinds: dict[str, Run], put: Put) -> None:  # fmt: skip
    put("one")
    shutil.copytree(kinds["autoencoder"].path, store.root / "auto")
    at = app("diagnose", run="one", tab="Anomalies")
    at.selectbox(key="diagnose.score").select("rate").run()
    at.sidebar.selectbox[0].select("auto").run()
    assert not at.exception
    assert at.selectbox(key="diagnose.score").value == "distortion", "an autoencoder has no rate"


def test_a_verdict_on_unlabelled_images_is_that_of_the_better_baseline() -> None:
    numbers = {"accuracy": 0.9, "accuracy_network": 0.91, "accuracy_logistic": 0.8}
    assert "did not help" in verdict(numbers)
    assert verdict(numbers | {"accuracy": 0.92}) == "The images without a label helped."
    assert verdict({"accuracy": 0.9}) == ""


def test_copies_are_reported() -> None:
    assert "Some images are memorised." in memorisation(0.01, 0.2, 100)
    assert "Memorised images would be far nearer." in memorisation(0.15, 0.2, 100)
    assert memorisation(0.15, None, 1234).endswith("of 1,234 training images: 0.150.")
