"""Each tracker has the numbers of `metrics.jsonl`, read back by its own API; a failing one never stops a training."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from tests.conftest import QUICK
from vae_core.__main__ import main
from vae_core.config import ConfigError
from vae_core.jobs import configure, train_run
from vae_core.models import MODELS, create
from vae_core.runs import Run, RunConfig, Store, execute_together, trackers
from vae_core.runs.trackers import TRACKERS, commands_to_look, pictures, sending
from vae_core.runs.trackers.protocol import numbers_of, settings_of
from vae_core.training import TrainConfig
from vae_core.training.config import LOGS

from .wandb_file import records, values

ALL = "tensorboard,wandb,mlflow"
IMAGES = {"reconstructions", "traversal"}


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run that all three follow, paused in the middle and resumed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vae_core.training.loop.Clock.due", lambda self: True)
        patch.setenv("WANDB_MODE", "offline")
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        for name in ("WANDB_DIR", "WANDB_PROJECT", "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        store = Store(tmp_path_factory.mktemp("logged"))
        run = store.create(configure("digits", "beta_vae", beta=2.0, log=ALL, **QUICK | {"steps": 30}))
        assert train_run(run, lambda step, total, status: "pause" if step == 11 else None) == "paused"
        assert train_run(Run.open(run.path, run.id)) == "done"
        yield Run.open(run.path, run.id)


def expected(run: Run) -> dict[str, list[tuple[int, float]]]:
    """Name → (step, value) of each line of metrics.jsonl."""
    found: dict[str, list[tuple[int, float]]] = {}
    for record in run.history():
        for name, value in numbers_of(record).items():
            found.setdefault(name, []).append((record["step"], value))
    assert {"elbo", "distortion", "rate", "rate_per_dim/3", "beta", "learning_rate", "train/loss", "epoch"} <= set(
        found
    )
    assert 11 in [step for step, _ in found["elbo"]]
    return found


@pytest.mark.slow
def test_tensorboard_has_it_all(logged: Run) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    log = EventAccumulator(str(logged.path / "tensorboard"), {"scalars": 0, "images": 0})
    log.Reload()
    found = {name: [(event.step, event.value) for event in log.Scalars(name)] for name in log.Tags()["scalars"]}
    wanted = expected(logged)
    assert set(found) == set(wanted)
    for name, points in wanted.items():
        np.testing.assert_allclose(found[name], points, rtol=1e-6)
    assert set(log.Tags()["images"]) == IMAGES
    (image,) = log.Images("reconstructions")
    assert (image.step, image.width) == (30, 10 * 33 + 1)
    data = HParamsPluginData()
    data.ParseFromString(log.summary_metadata["_hparams_/session_start_info"].plugin_data.content)
    assert data.session_start_info.hparams["model.beta"].number_value == 2
    assert data.session_start_info.hparams["data.name"].string_value == "digits"


@pytest.mark.slow
def test_weights_and_biases_has_it_all_offline(logged: Run) -> None:
    files = sorted((logged.path / "wandb").glob("offline-run-*/*.wandb"))
    assert len(files) == 2
    parts = [record for file in files for record in records(file)]
    runs = [record.run for record in parts if record.WhichOneof("record_type") == "run"]
    assert {run.run_id for run in runs} == {files[0].stem.removeprefix("run-")}
    assert {run.display_name for run in runs} == {logged.config.name}
    assert {run.project for run in runs} == {"betascope"}
    assert values(runs[0].config.update)["model.beta"] == 2
    found: dict[str, list[tuple[int, float]]] = {}
    for row in (values(part.history.item) for part in parts if part.WhichOneof("record_type") == "history"):
        for name, value in row.items():
            found.setdefault(name, []).append((row["_step"], value))
    for name, points in expected(logged).items():
        np.testing.assert_allclose(found[name], points, rtol=1e-6)
    assert [(step, kind) for step, kind in found["traversal/_type"]] == [(30, "image-file")]
    assert len(list((logged.path / "wandb").rglob("*.png"))) == len(IMAGES)


@pytest.mark.slow
def test_mlflow_has_it_all_in_files(logged: Run) -> None:
    from mlflow import MlflowClient

    client = MlflowClient((logged.path.parent / ".mlruns").resolve().as_uri())
    (found,) = client.search_runs([client.get_experiment_by_name("betascope").experiment_id])
    assert found.info.status == "FINISHED"
    assert found.info.run_name == logged.config.name
    assert found.data.params["model.beta"] == "2.0"
    assert found.data.tags["betascope.run"] == logged.id
    wanted = expected(logged)
    assert set(found.data.metrics) == set(wanted)
    for name, points in wanted.items():
        history = client.get_metric_history(found.info.run_id, name)
        np.testing.assert_allclose(sorted((metric.step, metric.value) for metric in history), points, rtol=1e-6)
    paths = [file.path for file in client.list_artifacts(found.info.run_id, "images")]
    for name in IMAGES:
        assert [path for path in paths if path.startswith(f"images/{name}+step+30") and path.endswith(".png")]


@pytest.mark.slow
def test_what_trackers_write_is_no_run_and_does_not_move(logged: Run, tmp_path: Path) -> None:
    from vae_core.runs.archive import names_of

    store = Store(logged.path.parent)
    assert [run.id for run in store.runs()] == [logged.id]
    assert not [name for name in names_of(logged, caches=True) if "tensorboard" in name or "wandb" in name]
    looks = commands_to_look(logged)
    assert list(looks) == ["TensorBoard", "Weights & Biases", "MLflow"]
    assert str(store.root) in looks["TensorBoard"]


# -- by a tracker of our own -------------------------------------------------------------------------------------------
class Memory:
    """Keeps what it is given; fails at a step if it should."""

    logs: dict[str, list[Memory]]

    def __init__(self, run: Run, settings: Mapping[str, Any], fails_at: int | None = None) -> None:
        self.settings, self.fails_at = settings, fails_at
        self.rows: list[tuple[int, Mapping[str, float]]] = []
        self.drawn: list[tuple[int, Mapping[str, Any]]] = []
        self.state = ""

    def numbers(self, step: int, numbers: Mapping[str, float]) -> None:
        if self.fails_at is not None and step >= self.fails_at:
            raise ConnectionError("The line is dead.\nAnd a trace.")
        self.rows.append((step, numbers))

    def pictures(self, step: int, pictures: Mapping[str, Any]) -> None:
        self.drawn.append((step, pictures))

    def close(self, state: str) -> None:
        self.state = state


@pytest.fixture
def memories(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Memory]]:
    """Every tracker is a `Memory`; `wandb` fails at step 10."""
    opened: dict[str, list[Memory]] = {name: [] for name in TRACKERS}

    def kind(name: str) -> Any:
        def open_log(run: Run, settings: Mapping[str, Any]) -> Memory:
            opened[name].append(Memory(run, settings, 10 if name == "wandb" else None))
            return opened[name][-1]

        return SimpleNamespace(title=TRACKERS[name].title, library="json", open=open_log)

    for module in (trackers, sending):
        monkeypatch.setattr(module, "TRACKERS", {name: kind(name) for name in opened})
    return opened


def test_one_that_fails_is_one_alert_and_training_goes_on(
    memories: dict[str, list[Memory]], store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    run = store.create(configure("digits", "beta_vae", log=ALL, **QUICK))
    assert train_run(run) == "done"
    alerts = [alert for alert in run.status()["alerts"] if alert["kind"] == "tracker failed"]
    assert [alert["message"] for alert in alerts] == [
        "Weights & Biases takes no more numbers of this run (ConnectionError: The line is dead.)."
    ]
    assert [record.exc_info for record in caplog.records if "takes no more" in record.message] == [None], "no trace"
    steps = [record["step"] for record in run.history()]
    (whole,), (broken,) = memories["mlflow"], memories["wandb"]
    assert [step for step, _ in whole.rows] == steps
    assert [step for step, _ in broken.rows] == [step for step in steps if step < 10]
    assert (whole.state, broken.state) == ("done", "")
    assert whole.settings["train.precision"] == "float32"
    ((step, drawn),) = whole.drawn
    assert step == steps[-1]
    assert {name: (pixels.dtype, pixels.shape[2]) for name, pixels in drawn.items()} == dict.fromkeys(
        IMAGES, (np.uint8, 3)
    )


def test_one_that_does_not_open_or_close_is_an_alert_too(
    memories: dict[str, list[Memory]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("")

    monkeypatch.setattr(trackers.TRACKERS["tensorboard"], "open", refuse)
    monkeypatch.setattr(Memory, "close", refuse)
    run = store.create(configure("digits", "beta_vae", log="tensorboard,mlflow", **QUICK))
    assert train_run(run) == "done"
    alerts = [alert["message"] for alert in run.status()["alerts"] if alert["kind"] == "tracker failed"]
    assert [message.split(" takes")[0] for message in alerts] == ["TensorBoard", "MLflow"]


def test_numbers_of_a_training_are_the_same_with_and_without(memories: dict[str, list[Memory]], store: Store) -> None:
    plain, followed = (
        store.create(configure("digits", "beta_vae", log=log, **QUICK | {"threads": 1})) for log in ("", "mlflow")
    )
    train_run(plain), train_run(followed)
    timed = ("seconds", "images_per_second")
    for one, other in zip(plain.history(), followed.history(), strict=True):
        assert {k: v for k, v in one.items() if k not in timed} == {k: v for k, v in other.items() if k not in timed}
    assert plain.weights_hash() == followed.weights_hash()


def test_a_failed_training_says_so_to_its_trackers(
    memories: dict[str, list[Memory]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = store.create(configure("digits", "beta_vae", log="mlflow", **QUICK))
    with pytest.raises(RuntimeError):
        train_run(run, lambda step, total, status: (_ for _ in ()).throw(RuntimeError("A bug.")))
    assert run.status()["state"] == "failed"
    assert memories["mlflow"][0].state == "failed"


def test_variants_that_train_as_one_have_a_log_each(memories: dict[str, list[Memory]], store: Store) -> None:
    runs = [store.create(configure("digits", "beta_vae", beta=beta, log="mlflow", **QUICK)) for beta in (1.0, 4.0)]
    execute_together(runs)
    assert [log.settings["model.beta"] for log in memories["mlflow"]] == [1.0, 4.0]
    assert [log.state for log in memories["mlflow"]] == ["done", "done"]
    for run, log in zip(runs, memories["mlflow"], strict=True):
        assert [numbers["elbo"] for _, numbers in log.rows] == [record["elbo"] for record in run.history()]


@pytest.mark.parametrize("model", MODELS)
def test_every_family_can_be_drawn(model: str) -> None:
    kind = MODELS[model]
    config = kind.Config(shape=(1, 16, 16), classes=10, train_size=100)
    state, plan = SimpleNamespace(step=0), SimpleNamespace(total=10, test=SimpleNamespace())
    plan.test.images = torch.randint(0, 256, (12, 1, 16, 16), dtype=torch.uint8)
    plan.test.labels = torch.arange(12) % 10
    found = create(model, config)
    found.train()
    before = torch.random.get_rng_state()
    rates = None if kind.Config().code_width != config.latent_dim else [float(d) for d in range(config.code_width)]
    drawn = pictures.Pictures(state, plan).draw(found, {"rate_per_dim": rates})  # type: ignore[arg-type]
    assert drawn["reconstructions"].shape == (2 * 33 + 1, 10 * 33 + 1, 3)
    assert found.training
    assert torch.equal(before, torch.random.get_rng_state())


def test_pictures_are_few_and_cost_a_hundredth(monkeypatch: pytest.MonkeyPatch) -> None:
    test = SimpleNamespace(images=torch.zeros(4, 1, 8, 8, dtype=torch.uint8), labels=None)
    plan = SimpleNamespace(total=10_000, test=test)
    now = 0.0
    monkeypatch.setattr(pictures.time, "perf_counter", lambda: now)

    def drawn(seconds_a_step: float, cost: float) -> list[int]:
        nonlocal now
        state: Any = SimpleNamespace(step=0, seconds=0.0, final=False)
        found = pictures.Pictures(state, plan)  # type: ignore[arg-type]
        steps = []
        for step in range(0, 10_001, 100):
            state.step, state.seconds = step, step * seconds_a_step
            if found.due(state):
                with found.timed(step):
                    now += cost
                steps.append(step)
        assert found.spent <= 0.01 * state.seconds + cost
        return steps

    assert len(drawn(1.0, 0.01)) == pictures.COUNT
    assert drawn(0.0001, 1.0) == [10_000]
    few = drawn(0.01, 0.3)
    assert 2 <= len(few) < pictures.COUNT
    assert few[-1] == 10_000


# -- the setting -------------------------------------------------------------------------------------------------------
def test_a_line_of_the_curves_as_plain_numbers() -> None:
    record = {
        "step": 7,
        "elbo": -1.5,
        "rate_per_dim": [0.5, 2.0],
        "validation": None,
        "train": {"loss": 3.0},
        "threads": [2],
    }
    assert numbers_of(record) == {"elbo": -1.5, "rate_per_dim/0": 0.5, "rate_per_dim/1": 2.0, "train/loss": 3.0}


def test_settings_have_dotted_names() -> None:
    found = settings_of(configure("digits", "beta_vae", **QUICK))
    assert found["model.hidden"] == "32"
    assert found["data.name"] == "digits"
    assert found["train.seed"] == 0
    assert "train.steps" not in found


def test_every_choice_of_the_setting_has_its_file() -> None:
    assert tuple(TRACKERS) == LOGS
    for kind in TRACKERS.values():
        assert callable(kind.open)


def test_the_setting_is_written_only_where_it_is_used() -> None:
    assert "log" not in TrainConfig().to_dict()
    assert TrainConfig(log=" mlflow, tensorboard,mlflow ").log == "tensorboard,mlflow"
    config = configure("digits", "beta_vae", log="wandb", **QUICK)
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(ConfigError, match=r"'tensorbord'.*choose some of tensorboard, wandb, mlflow"):
        TrainConfig(log="tensorbord")


def test_one_that_is_not_installed_is_refused_before_anything_starts(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = SimpleNamespace(origin=None)
    monkeypatch.setattr(trackers, "find_spec", lambda name: folder if name == "mlflow" else find_spec(name))
    line = ["train", "--dataset", "digits", "--image-size", "8", "--log", "tensorboard,mlflow"]
    assert main([*line, "--store", str(store.root)]) == 2
    assert capsys.readouterr().err.strip() == (
        "--log mlflow: MLflow is not installed; `pip install -r requirements-loggers.txt` adds it."
    )
    assert not store.root.exists() or not os.listdir(store.root)
