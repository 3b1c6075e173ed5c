"""Training time: what the server answers over it, the link that carries it, and runs at the same share of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

import vae_core
from explorer.compare.training_time import at_share
from explorer.live.props import moment_props, training_props
from explorer.state import Session
from tests.conftest import QUICK
from vae_core.analysis import decode, flow_of, latents_of
from vae_core.runs import Run, Store

from .conftest import texts

HERE = {"origin": "http://testserver"}


@pytest.fixture(scope="module")
def with_snapshots(tmp_path_factory: pytest.TempPathFactory) -> Run:
    store = Store(tmp_path_factory.mktemp("trained"))
    return vae_core.train("digits", "beta_vae", store=store, **QUICK | {"snapshots": 5})


@pytest.fixture
def moving(with_snapshots: Run, store: Store) -> Run:
    """The run with snapshots, in the store of the app."""
    shutil.copytree(with_snapshots.path, store.root / "moving")
    return store.open("moving")


def as_pixels(images: torch.Tensor) -> np.ndarray:
    return (images * 255).round().byte().permute(0, 2, 3, 1).numpy()


def test_every_moment_decodes_the_codes_that_are_sent(client: TestClient, moving: Run) -> None:
    z = np.random.default_rng(0).normal(size=(3, 4)).astype("<f4")
    answer = client.post("/live/moving/training", content=z.tobytes(), headers=HERE)
    frames = np.frombuffer(answer.content, np.uint8).reshape(len(moving.moments()), 3, 8, 8, 1)
    for found, (_, moment) in zip(frames, moving.moments(), strict=True):
        wanted = as_pixels(decode(moment.model(), torch.from_numpy(z)))
        assert np.abs(found.astype(int) - wanted).max() <= 1


def test_every_moment_encodes_and_decodes_the_images_that_are_asked_for(client: TestClient, moving: Run) -> None:
    answer = client.get("/live/moving/training?rows=5,2")
    again = client.get(f"/live/moving@{moving.moments()[1][0]}/training?rows=5,2")  # of any moment, the same
    assert again.content == answer.content
    frames = np.frombuffer(answer.content, np.uint8).reshape(len(moving.moments()), 2, 8, 8, 1)
    for found, (_, moment) in zip(frames, moving.moments(), strict=True):
        wanted = as_pixels(decode(moment.model(), torch.from_numpy(latents_of(moment).mu[[5, 2]])))
        assert np.abs(found.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "sentence"),
    [
        ("POST", "training", b"123", 400, "3 bytes: codes take 16 each."),
        ("POST", "training", b"", 400, "0 bytes"),
        ("POST", "training", bytes(16 * 33), 413, "At most 32 codes of 4 numbers"),
        ("POST", "training", np.full(4, np.nan, "<f4").tobytes(), 400, "finite"),
        ("GET", "training?rows=x", None, 400, "rows: must be"),
        ("GET", "training?rows=99999999", None, 404, "there is no test image"),
        ("GET", "training?rows=1&at=x", None, 400, "float"),
    ],
)
def test_other_requests_are_refused_in_a_sentence(client: TestClient, moving: Run, method: str, address: str, body: bytes | None, status: int, sentence: str) -> None:  # fmt: skip
    answer = client.request(method, f"/live/moving/{address}", content=body, headers=HERE)
    assert answer.status_code == status
    assert sentence in answer.text


def test_a_foreign_page_may_not_decode(client: TestClient, moving: Run) -> None:
    answer = client.post("/live/moving/training", content=bytes(16), headers={"origin": "http://elsewhere"})
    assert answer.status_code == 403


def test_points_lie_as_at_the_end(client: TestClient, moving: Run) -> None:
    """Distances are those of each moment's own PCA; only how it is turned follows the map at the end."""
    answer = client.get("/live/moving/flow")
    moments = moving.moments()
    positions = np.frombuffer(answer.content, np.float32).reshape(len(moments), -1, 2)
    assert np.array_equal(positions, flow_of(moving))
    end = positions[-1] - positions[-1].mean(0)
    for found, (_, moment) in zip(positions, moments, strict=True):
        mu = latents_of(moment).mu.astype(float)
        mu -= mu.mean(0)
        _, sizes, _ = np.linalg.svd(mu, full_matrices=False)
        _, seen, _ = np.linalg.svd(found - found.mean(0).astype(float), full_matrices=False)
        assert seen == pytest.approx(sizes[:2], rel=1e-3)
        cross = (found - found.mean(0)).T.astype(float) @ end
        assert np.trace(cross) == pytest.approx(np.linalg.svd(cross, compute_uv=False).sum(), rel=1e-3)


def test_a_map_of_a_moment_is_where_its_points_flow_to(app: Callable[..., AppTest], moving: Run) -> None:
    from vae_core.analysis import MapConfig, map_of

    moment = moving.moments()[2][1]
    config = MapConfig(method="pca", like=moving.id)
    np.testing.assert_allclose(map_of(moment, config), flow_of(moving)[2], atol=1e-4)


def test_props_name_the_moment_in_view(moving: Run) -> None:
    moments = moving.moments()
    props = training_props(moments[1][1])
    assert props is not None
    assert (props["run"], props["at"], props["steps"]) == ("moving", 1, [step for step, _ in moments])
    assert props["loss"] == [-record["elbo"] for record in moving.history() if record["step"] in props["steps"]]
    assert moment_props(moving) == {"run": "moving", "at": len(moments) - 1, "count": len(moments)}


def test_no_slider_for_a_run_without_snapshots(run: Run) -> None:
    assert training_props(run) is None
    assert training_props(None) is None


@pytest.mark.parametrize("page", ["map", "traverse", "interpolate", "diagnose", "generate", "apply"])
def test_every_page_of_a_run_opens_at_a_moment(app: Callable[..., AppTest], moving: Run, page: str) -> None:
    step = moving.moments()[1][0]
    at = app(page, run=f"moving@{step}")
    assert not at.exception
    assert at.query_params["run"] == f"moving@{step}"
    assert at.selectbox(key="frame.run").value == "moving"


def test_a_moment_that_does_not_exist_says_so(app: Callable[..., AppTest], moving: Run) -> None:
    at = app("traverse", run="moving@77")
    assert any(
        "has no snapshot of step 77; its snapshots are 0, " in text
        for text in [*texts(at.warning), *texts(at.info), *texts(at.error)]
    )


def test_compare_takes_moments_and_the_same_share_of_all(app: Callable[..., AppTest], moving: Run) -> None:
    step = moving.moments()[2][0]
    at = app("compare", compare=f"moving,moving@{step}", tab="Numbers")
    assert not at.exception
    assert at.multiselect[0].value == ["moving", f"moving@{step}"]
    assert at.select_slider[0].label == "Training time"


def test_the_share_is_met_by_the_nearest_moment(moving: Run) -> None:
    moments = moving.moments()
    last = moments[-1][0]
    for step, moment in moments:
        assert at_share(moving, step / last) == moment
    assert at_share(moving, 0.98) == moving


def test_another_moment_keeps_the_images_in_view() -> None:
    session = Session(run="a", z={"a": [1.0, 2.0]}, picks={"a": [3, 4]}, view={"row": "3"})
    session.move_to("a@7")
    assert (session.run, session.picks["a@7"], "a@7" in session.z) == ("a@7", [3, 4], False)
    session.set_view("row", None)
    session.z["a@7"] = [5.0, 6.0]
    session.move_to("a")
    assert session.z["a"] == [5.0, 6.0]
