"""Codes without a model: a map, measures and neighbours; everything else says what it needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from vae_core.analysis import (
    EvaluateConfig,
    MapConfig,
    evaluate,
    latents_of,
    map_of,
    scores_of_run,
    scores_without_factors,
)
from vae_core.config import BetascopeError, ConfigError
from vae_core.datasets import DataConfig
from vae_core.imports import ImportFailed, Request
from vae_core.imports.create import import_run
from vae_core.runs import RunError

N = 120
RANDOM = np.random.default_rng(0)
FACTORS = np.stack([np.arange(N) % 4, np.arange(N) // 4 % 5], 1)
CODES = FACTORS + 0.01 * RANDOM.standard_normal((N, 2))
IMAGES = RANDOM.integers(0, 255, (N, 8, 8, 3), np.uint8)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(**arrays: Any) -> Path:
        np.savez(tmp_path / "codes.npz", **({"codes": CODES} | arrays))
        return tmp_path / "codes.npz"

    return write


def test_codes_with_everything(write, store):
    path = write(
        labels=FACTORS[:, 0], factors=FACTORS, images=IMAGES, factor_names=["hue", "size"], class_names=list("abcd")
    )
    run = import_run(path, store=store)
    codes = latents_of(run)
    np.testing.assert_allclose(codes.mu, CODES, rtol=1e-6)
    assert (codes.class_names, codes.factor_names) == (tuple("abcd"), ("hue", "size"))
    assert not codes.drawn
    assert torch.equal(run.data("test").test.images, torch.from_numpy(IMAGES).permute(0, 3, 1, 2))
    assert run.data("all").fingerprint == run.config.fingerprint
    assert map_of(run, MapConfig(method="pca")).shape == (N, 2)
    # The factors are the codes, up to a little noise.
    found = scores_of_run(run, ["mig"], seed=0)
    assert found["mig"].value > 0.9
    numbers = scores_without_factors(run)
    assert numbers["active_units"] == 2
    assert "smoothness" not in numbers
    with pytest.raises(BetascopeError, match="no principal components"):
        scores_of_run(run, ["mig"], of="pca")


def test_codes_alone(write, store):
    run = import_run(write(), store=store, name="Theirs")
    assert (run.config.name, latents_of(run).labels) == ("Theirs", None)
    with pytest.raises(BetascopeError, match="no ground-truth factors"):
        scores_of_run(run, ["mig"])
    with pytest.raises(RunError, match="without images"):
        run.data()
    with pytest.raises(ConfigError, match="without a model"):
        run.model().decode(torch.zeros(1, 2))
    with pytest.raises(RunError):
        evaluate(run, EvaluateConfig())


def test_a_parquet_of_columns_and_one_of_lists(tmp_path, store):
    labels = np.array(["cat", "dog"])[FACTORS[:, 0] % 2]
    frame = pd.DataFrame({"a": CODES[:, 0], "b": CODES[:, 1], "label": labels, "factor:hue": FACTORS[:, 0]})
    frame.to_parquet(tmp_path / "columns.parquet")
    codes = latents_of(import_run(tmp_path / "columns.parquet", store=store))
    np.testing.assert_allclose(codes.mu, CODES, rtol=1e-6)
    assert (codes.class_names, codes.factor_names) == (("cat", "dog"), ("hue",))
    pd.DataFrame({"codes": list(CODES)}).to_parquet(tmp_path / "lists.parquet")
    np.testing.assert_allclose(latents_of(import_run(tmp_path / "lists.parquet", store=store)).mu, CODES, rtol=1e-6)


WITH_NAN = CODES.copy()
WITH_NAN[3, 1] = np.nan
BAD = {
    "objects": ({"codes": np.array([{}] * 20, object)}, "no NPZ of plain arrays"),
    "texts": ({"codes": np.array([["a", "b"]] * 20)}, r"numbers \(N, D\)"),
    "one dimension": ({"codes": CODES[:, 0]}, r"numbers \(N, D\)"),
    "few": ({"codes": CODES[:5]}, "from 10 to"),
    "wide": ({"codes": np.zeros((20, 600))}, "1 to 512"),
    "nan": ({"codes": WITH_NAN}, "1 rows with NaN"),
    "other labels": ({"labels": np.arange(5)}, r"\(120,\) is needed"),
    "negative": ({"labels": np.arange(N) - 3}, "whole numbers from 0"),
    "broken labels": ({"labels": np.arange(N) / 7}, "whole numbers from 0"),
    "classes without names": ({"labels": FACTORS[:, 0], "class_names": ["a"]}, "all with a name"),
    "flat factors": ({"factors": FACTORS[:, 0]}, r"\(120, F\)"),
    "factors without names": ({"factors": FACTORS, "factor_names": ["a"]}, "one for each"),
    "a number for images": ({"images": np.array(3)}, r"shape \(\)"),
    "fewer images": ({"images": IMAGES[:7]}, "7 images for 120"),
    "floats beyond": ({"images": IMAGES.astype(np.float32)}, "outside 0 to 1"),
    "long images": ({"images": IMAGES[:, :, :4]}, "squares"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_one_sentence(name, write, store):
    arrays, why = BAD[name]
    with pytest.raises(ImportFailed, match=why) as caught:
        import_run(write(**arrays), store=store)
    assert "\n" not in str(caught.value)
    assert not store.runs()


def test_a_factor_of_lists_is_refused(tmp_path, store):
    pd.DataFrame({"z0": np.arange(20.0), "factor:a": [[1.0], [1.0, 2.0]] * 10}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ImportFailed, match="a factor holds lists"):
        import_run(tmp_path / "a.parquet", store=store)
    pd.DataFrame({"z0": np.arange(20.0), "label": [[1.0], [1.0, 2.0]] * 10}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ImportFailed, match="'labels' holds lists"):
        import_run(tmp_path / "b.parquet", store=store)


def test_broken_files(write, tmp_path, store):
    content = write(labels=FACTORS[:, 0]).read_bytes()
    for name, broken in {"empty": b"", "noise": b"PK" * 40, "truncated": content[:-60]}.items():
        for ending in (".npz", ".parquet"):
            path = tmp_path / f"{name}{ending}"
            path.write_bytes(broken)
            with pytest.raises(ImportFailed, match="is no"):
                import_run(path, store=store)
    np.savez(tmp_path / "z.npz", **{"x\n" * 99: CODES})
    with pytest.raises(ImportFailed, match="holds no array 'codes'") as caught:
        import_run(tmp_path / "z.npz", store=store)
    assert len(str(caught.value)) < 200
    pd.DataFrame({"a": CODES[:, 0], "when": ["now"] * N}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(ImportFailed, match="'when' holds no numbers"):
        import_run(tmp_path / "t.parquet", store=store)
    with pytest.raises(ImportFailed, match="their own images"):
        import_run(write(), Request(data=DataConfig("digits")), store=store)


def test_hostile_names_are_shortened(write, store):
    names = ["<script>" * 20, "a\nb"]
    codes = latents_of(import_run(write(factors=FACTORS, factor_names=names), store=store))
    assert [len(name) <= 40 and "\n" not in name for name in codes.factor_names] == [True, True]
