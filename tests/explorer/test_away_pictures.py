"""Pictures, films and tables of a run as files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import vae_core
from explorer import library
from explorer.take_away import pictures
from vae_core.__main__ import main
from vae_core.analysis import ends, latents_of
from vae_core.config import BetascopeError
from vae_core.export import FORMATS
from vae_core.runs import Run, Store

Put = Callable[..., Path]


@pytest.fixture
def run(put: Put) -> Run:
    put("one")
    return library.find("one")


def test_a_strip_is_what_the_model_draws(run: Run) -> None:
    codes = latents_of(run)
    found = pictures.sweep(run, codes, 2, 5)
    low, high = ends(codes, 2)
    z = torch.from_numpy(codes.mu[:1]).float().repeat(5, 1)
    z[:, 2] = torch.linspace(low, high, 5)
    with torch.no_grad():
        torch.testing.assert_close(found, run.model().decode(z))


def test_the_picture_has_a_row_for_each_used_dimension(run: Run, tmp_path: Path) -> None:
    (path,) = FORMATS["png"].write([run], tmp_path / "strips.png")
    rows = len(pictures.used(latents_of(run)))
    side = pictures.SIDE
    with Image.open(path) as picture:
        assert picture.size == (pictures.COLUMNS * (side + 2) - 2, rows * (side + 2) - 2)


def test_the_figure_names_its_dimensions(run: Run, tmp_path: Path) -> None:
    (path,) = FORMATS["svg"].write([run], tmp_path / "figure.svg")
    text = path.read_text()
    used = pictures.used(latents_of(run))
    assert [int(dim) for dim in re.findall(r">z(\d+)", text)] == used
    assert text.count("data:image/png;base64,") == len(used)
    assert "nats" in text


def test_films_go_there_and_back(run: Run, tmp_path: Path) -> None:
    frames = pictures.film(run, latents_of(run), 6)
    assert frames.shape == (3 * 12, 1, 32, 32)
    torch.testing.assert_close(frames[0], frames[11])
    (film,) = FORMATS["mp4"].write([run], tmp_path / "film.mp4")
    with av.open(film) as file:
        images = [frame.to_ndarray(format="gray") for frame in file.decode(video=0)]
    assert len(images) == 3 * 2 * pictures.FRAMES
    wanted = pictures.film(run, latents_of(run), pictures.FRAMES)[20, 0].numpy() * 255
    step = images[0].shape[0] // 32
    assert np.abs(images[20][step // 2 :: step, step // 2 :: step] - wanted).mean() < 4, (
        "the film shows the model's images"
    )
    (gif,) = FORMATS["gif"].write([run], tmp_path / "film.gif")
    with Image.open(gif) as picture:
        assert getattr(picture, "n_frames", 1) > pictures.FRAMES


def test_an_odd_side_is_a_film_too() -> None:
    assert pictures.mp4(torch.rand(3, 3, 7, 5), side=5).startswith(b"\0\0\0")


def test_the_table_is_that_of_compare(put: Put, tmp_path: Path) -> None:
    put("one")
    put("two")
    (path,) = FORMATS["csv"].write([library.find("one"), library.find("two")], tmp_path / "numbers.csv")
    frame = pd.read_csv(path)
    assert list(frame["Run"]) == ["one", "two"]
    assert frame["ELBO"][0] == pytest.approx((library.find("one").evaluation() or {})["elbo"])


def test_several_runs_are_files_in_a_folder(put: Put, tmp_path: Path) -> None:
    put("one")
    put("shipped", gallery=True)
    found = FORMATS["png"].write([library.find("one"), library.find("gallery/shipped")], tmp_path / "strips")
    assert [path.name for path in found] == ["one.png", "gallery-shipped.png"]


def test_a_codebook_has_no_dimensions(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = vae_core.train("digits", "vq_vae", store=store, codebook=8, image_size=16, network="conv", epochs=1, size=200)
    with pytest.raises(BetascopeError, match="no dimensions"):
        FORMATS["gif"].write([run], tmp_path / "film.gif")
    assert not (tmp_path / "film.gif").exists()


def test_a_folder_where_a_file_should_be_is_one_sentence(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", run.id, "--png", str(tmp_path), "--store", str(run.path.parent)]) == 2
    assert "is a folder; give a file" in capsys.readouterr().err
