import json
import os
import shutil

import numpy as np
import pytest

import vae_core
from tests.conftest import QUICK
from vae_core.analysis import scores_of_run
from vae_core.analysis.scores.responses import information_in_view
from vae_core.jobs import configure
from vae_core.runs import BrokenRun, Run, RunError, Store
from vae_core.runs.files import write_json
from vae_core.runs.notes import LONGEST, Notes, clean_name


@pytest.fixture
def copy(run, store):
    """A finished run that may be damaged."""
    shutil.copytree(run.path, store.root / "copy")
    return store.root / "copy"


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def linked(path, target):
    path.unlink()
    path.symlink_to(target)


def piped(path):
    path.unlink()
    os.mkfifo(path)


DAMAGE = {
    "config cut in half": lambda p: (p / "config.json").write_text((p / "config.json").read_text()[:200]),
    "config gone": lambda p: (p / "config.json").unlink(),
    "status nonsense": lambda p: edit(p / "status.json", state="flying"),
    "unknown family": lambda p: edit(p / "config.json", family="gan"),
    "unknown setting": lambda p: edit(p / "config.json", train={"warp": 9}),
    "beta edited by hand": lambda p: edit(p / "config.json", model=json.loads((p / "config.json").read_text())["model"] | {"beta": -1}),
    "weights gone": lambda p: (p / "weights.safetensors").unlink(),
    "weights cut": lambda p: (p / "weights.safetensors").write_bytes((p / "weights.safetensors").read_bytes()[:999]),
    "notes of another form": lambda p: (p / "notes.json").write_text('{"names": {"first": "slant"}}'),
    "notes that are a list": lambda p: (p / "notes.json").write_text("[1]"),
    "a name that is a list": lambda p: edit(p / "config.json", name=["a"]),
    "a family that is an object": lambda p: edit(p / "config.json", family={}),
    "made at no time": lambda p: (p / "config.json").write_text((p / "config.json").read_text().replace('"created": ', '"created": 1e400, "x": ')),
    "a time beyond all years": lambda p: edit(p / "config.json", created=10**300),
    "versions that are texts": lambda p: edit(p / "config.json", versions=["a"]),
    "a whole number of 400 digits": lambda p: edit(p / "status.json", step=10**400),
    "a step that is a text": lambda p: edit(p / "status.json", step="7"),
    "alerts that are none": lambda p: edit(p / "status.json", alerts=[{"kind": "collapse"}]),
    "a rank that is infinite": lambda p: (p / "notes.json").write_text('{"rank": Infinity}'),
    "numbers that are texts": lambda p: edit(p / "evaluation.json", elbo="-12"),
    "rates that are no list": lambda p: edit(p / "evaluation.json", rate_per_dim=3.0),
    "a line of curves without an epoch": lambda p: (p / "metrics.jsonl").write_text('{"step": 1, "distortion": 2.0}'),
    "a line of curves that is a list": lambda p: (p / "metrics.jsonl").write_text("[1]"),
    "NaN in the curves": lambda p: (p / "metrics.jsonl").write_text('{"step": 1, "epoch": 1, "distortion": NaN}'),
    "rates of other dimensions": lambda p: (p / "metrics.jsonl").write_text("".join(f'{{"step": 1, "epoch": 1, "distortion": 2, "rate_per_dim": {rates}}}\n' for rates in ([1], [1, 2]))),
    "lists in lists": lambda p: (p / "status.json").write_text("[" * 100_000),
    "a device without an end": lambda p: linked(p / "config.json", "/dev/zero"),
    "a link to itself": lambda p: linked(p / "status.json", p / "status.json"),
    "a pipe that nobody writes": lambda p: piped(p / "evaluation.json"),
    "weights that are a pipe": lambda p: piped(p / "weights.safetensors"),
    "a folder in place of a file": lambda p: ((p / "config.json").unlink(), (p / "config.json").mkdir()),
    "empty folder": lambda p: [file.unlink() for file in p.rglob("*") if file.is_file()],
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_listed_with_the_reason(copy, store, damage):
    DAMAGE[damage](copy)
    (found,) = store.runs()
    assert isinstance(found, BrokenRun)
    assert "'copy' is broken" in found.reason
    with pytest.raises(RunError, match="broken"):
        store.open("copy")


def test_names_of_dimensions_stay_with_the_run(copy, store):
    assert store.open("copy").notes() == Notes()
    Notes(about="It turns.", names={3: clean_name("  stroke\n width " + "x" * 80), 1: ""}).write(copy)
    notes = store.open("copy").notes()
    assert notes.about == "It turns."
    assert list(notes.names) == [3]
    assert notes.names[3].startswith("stroke width xxx")
    assert len(notes.names[3]) == LONGEST


def test_weights_of_another_model_are_reported(copy, store):
    config = json.loads((copy / "config.json").read_text())
    edit(copy / "config.json", model=config["model"] | {"latent_dim": 7})
    with pytest.raises(RunError, match="belong to another model"):
        store.open("copy").model()


def test_a_stray_file_and_a_missing_store_harm_nothing(store):
    assert store.runs() == []
    store.root.mkdir()
    (store.root / "notes.txt").write_text("hello")
    assert store.runs() == []


@pytest.mark.parametrize("id", ["../x", "gallery/../x", "/etc", "", ".", "..", "a/b", "gallery/"])
def test_an_id_never_leaves_the_store(store, id):
    with pytest.raises(RunError):
        store.open(id)
    with pytest.raises(RunError):
        store.delete(id)


def test_ids_are_readable_and_never_taken_twice(store):
    config = configure("digits", beta=4.0, **QUICK)
    assert [store.create(config).id for _ in range(2)] == ["digits-b4-4-d-1", "digits-b4-4-d-2"]
    assert store.open("digits-b4-4-d-1").config == config
    with pytest.raises(RunError, match="already"):
        store.create(config, "digits-b4-4-d-1")


def test_delete_removes_a_run_but_not_one_that_trains(copy, store):
    found = store.open("copy")
    found.set_status(state="running")
    with found.lock, pytest.raises(RunError, match="cancel it first"):
        store.delete("copy")
    store.delete("copy")
    assert store.runs() == []


def test_a_run_whose_process_died_is_reported_as_paused(copy, store):
    found = store.open("copy")
    found.set_status(state="running")
    with found.lock:
        assert found.status()["state"] == "running"
    assert found.status()["state"] == "paused"
    assert "Resume" in found.status()["message"]


def test_other_images_than_those_trained_on_are_reported(copy, store):
    edit(copy / "config.json", fingerprint="0" * 16)
    with pytest.raises(RunError, match="not those that the run"):
        store.open("copy").data()


def test_the_gallery_is_there_and_stays():
    runs = Store().gallery()
    assert {
        "gallery/sprites-beta-1",
        "gallery/sprites-beta-4",
        "gallery/sprites-beta-16",
        "gallery/digits-beta-1",
        "gallery/digits-2d",
    } <= {run.id for run in runs}
    assert all(isinstance(run, Run) and run.status()["state"] == "done" for run in runs)
    with pytest.raises(RunError, match="ships with Betascope"):
        Store().delete(runs[0].id)


@pytest.mark.parametrize("id", ["sprites-beta-4", "digits-beta-1", "digits-2d", "mnist-beta-1"])
def test_gallery_codes_are_cached_so_that_no_data_is_needed(id, monkeypatch):
    monkeypatch.setattr("vae_core.runs.run.load", lambda *args, **kwargs: pytest.fail("data was loaded"))
    found = Store().open(f"gallery/{id}")
    codes = vae_core.latents_of(found)
    assert codes.dims == found.config.model.latent_dim
    for method in ("umap", "tsne", "pca"):
        assert vae_core.map_of(found, vae_core.MapConfig(method=method)).shape == (min(len(codes), 5000), 2)


def test_the_sprites_of_the_gallery_tell_the_story_of_beta():
    """The rate falls with β and the distortion rises; from β = 4 on, place and size have dimensions of their own. At 40 nats a square
    has corners, at 70 it had none.
    """
    runs = [Store().open(f"gallery/sprites-beta-{beta}") for beta in (1, 4, 16)]
    rates, distortions = ([run.evaluation()[name] for run in runs] for name in ("rate", "distortion"))
    assert rates[0] > rates[1] > rates[2]
    assert distortions[0] < 40 < distortions[1] < distortions[2]
    mig = [scores_of_run(run, ("mig",))["mig"].value for run in runs]
    assert mig[0] < 0.2
    assert min(mig[1:]) > 0.4


@pytest.mark.parametrize(("id", "mig", "factor_vae"), [("shapes3d", 0.5, 0.85), ("sprites", 0.35, 0.75)])
def test_models_with_sliders_of_their_own_are_disentangled(id, mig, factor_vae):
    found = scores_of_run(Store().open(f"gallery/{id}"), ("mig", "factor_vae"))
    assert found["mig"].value >= mig
    assert found["factor_vae"].value >= factor_vae


def test_each_factor_of_the_room_has_one_slider_and_each_slider_one_factor():
    run = Store().open("gallery/shapes3d")
    shares, factors, _ = information_in_view(run, vae_core.latents_of(run))
    assert shares.argmax(0).tolist() == list(range(len(factors)))
    best = shares.max(0)
    np.fill_diagonal(shares, 0)
    assert best.min() >= 0.5
    assert shares.max() <= 0.1
    assert (run.config.model.labels, run.config.model.train_size) == (1000, 54_000), "as its card says"


def test_gallery_images_are_still_those_it_was_trained_on():
    data = Store().open("gallery/digits-beta-1").data()
    assert len(data.test) > 0


def test_a_new_run_is_never_listed_half(store, monkeypatch):
    from vae_core.runs import store as module

    listed = []

    def write(path, value):
        listed.append(store.runs())
        write_json(path, value)

    monkeypatch.setattr(module, "write_json", write)
    run = store.create(configure("digits", **QUICK))
    assert listed == [[], []]
    assert [found.id for found in store.runs()] == [run.id]


def test_nothing_is_left_of_a_run_that_could_not_be_written(store, monkeypatch):
    def fail(path, value):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vae_core.runs.store.write_json", fail)
    with pytest.raises(RunError, match="No space left on device"):
        store.create(configure("digits", **QUICK))
    assert list(store.root.iterdir()) == []


def test_a_gallery_that_cannot_be_written_to_has_its_cache_elsewhere(run, tmp_path, monkeypatch):
    shutil.copytree(run.path, tmp_path / "gallery" / "one")
    (tmp_path / "gallery" / "one" / "cache").mkdir(exist_ok=True)
    (tmp_path / "gallery" / "one" / "cache" / "map-1.safetensors").write_text("shipped")
    monkeypatch.setattr("os.access", lambda path, mode: "gallery" not in str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    shipped = Store(tmp_path / "store", tmp_path / "gallery").open("gallery/one")
    assert shipped.cache.is_relative_to(tmp_path / "home")
    assert (shipped.cache / "map-1.safetensors").read_text() == "shipped"
    (shipped.cache / "map-2.safetensors").write_text("computed")
    again = Store(tmp_path / "store", tmp_path / "gallery").open("gallery/one")
    assert (again.cache / "map-2.safetensors").read_text() == "computed"
    (tmp_path / "full").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "full"))
    without = Store(tmp_path / "store", tmp_path / "gallery").open("gallery/one")
    assert without.cache == tmp_path / "gallery" / "one" / "cache", "what was shipped can still be read"
