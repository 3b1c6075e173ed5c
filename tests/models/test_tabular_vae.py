"""The tabular VAE: its objective by hand, its contract, and what a run on a table is made of."""

import json
import math

import numpy as np
import onnxruntime
import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence

import vae_core
from vae_core.analysis import latents_of
from vae_core.analysis.tables.errors import column_errors
from vae_core.config import ConfigError
from vae_core.export.halves import decoder, encoder
from vae_core.export.onnx import TOLERANCE, difference, to_onnx
from vae_core.jobs import configure, setting_names
from vae_core.models import create
from vae_core.models.tabular_vae import TabularVAE
from vae_core.runs import Run, RunConfig
from vae_core.training import TrainConfig, fit, measure
from vae_core.training.preflight import preflight

NAN = math.nan
ROWS = torch.tensor([[0.5, 2, 1, -1.0], [NAN, 0, NAN, 0.3], [1.5, NAN, 0, NAN]])


def small(**settings):
    known = dict(shape=(4,), cardinalities=(1, 3, 2, 1), latent_dim=3, hidden=(16,))
    return create("tabular_vae", TabularVAE.Config(**known | settings), seed=1)


def test_the_loss_by_hand():
    model = small(beta=2.5)
    with torch.no_grad():
        model.observation_logvar.copy_(torch.tensor([0.3, -0.7]))
    torch.manual_seed(0)
    terms = model.loss(ROWS, None, 0)
    torch.manual_seed(0)
    posterior = model.encode(ROWS)
    z = posterior.sample()
    p = model.decoder(z)
    sigma = torch.exp(0.5 * model.observation_logvar)
    total = torch.zeros(3)
    for row in range(3):
        of_columns = [Normal(p[row, 0], sigma[0]), Categorical(logits=p[row, 1:4]), Bernoulli(logits=p[row, 4]), Normal(p[row, 5], sigma[1])]  # fmt: skip
        for value, distribution in zip(ROWS[row], of_columns, strict=True):
            if not value.isnan():
                total[row] -= distribution.log_prob(value)
    rate = kl_divergence(Normal(posterior.mu, torch.exp(0.5 * posterior.logvar)), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(terms["distortion"], total.mean())
    torch.testing.assert_close(terms["rate"], rate.mean())
    torch.testing.assert_close(terms["loss"], (total + 2.5 * rate).mean())


def test_what_a_missing_value_was_changes_nothing():
    model = small()
    filled = ROWS.clone()
    filled[0, 0] = NAN
    other = filled.clone()
    for rows in (filled, other):
        torch.manual_seed(0)
        model.zero_grad()
        model.loss(rows, None, 0)["loss"].backward()
    nll = model.nll_per_column(model.decode_logits(torch.zeros(3, 3)), filled)
    assert nll[0, 0] == 0
    model.zero_grad()
    model.nll(model.decode_logits(torch.zeros(3, 3)), torch.full((3, 4), NAN)).sum().backward()
    assert all(weight.grad is None or (weight.grad == 0).all() for weight in model.parameters())


@pytest.mark.parametrize("cardinalities", [(1, 3, 2, 1), (1, 1), (2, 2, 2), (4, 5)])
def test_it_trains_on_columns_of_every_kind(cardinalities):
    generator = torch.Generator().manual_seed(0)
    columns = [
        torch.randn(64, generator=generator)
        if k == 1
        else torch.randint(k, (64,), generator=generator).float().where(torch.rand(64, generator=generator) < 0.9, NAN)
        for k in cardinalities
    ]
    from vae_core.datasets.tables import Column, Schema, TableData

    schema = Schema(tuple(
        Column(f"c{i}", "numeric" if k == 1 else "binary" if k == 2 else "categorical", tuple("abcdef"[:k]) if k > 1 else ())
        for i, k in enumerate(cardinalities)
    ))  # fmt: skip
    data = TableData("made", torch.stack(columns, 1), schema, 48)
    model = small(shape=(len(cardinalities),), cardinalities=cardinalities)
    before = measure(model, data.test.items).elbo
    assert fit(model, data, TrainConfig(steps=60, batch_size=16, lr=3e-3, snapshots=0, precision="float32")) == "done"
    assert measure(model, data.test.items).elbo > before


def test_values_that_it_does_not_take():
    model = small()
    preflight(model, ROWS, None)
    for place, value in (((0, 1), 3.0), ((0, 1), -1.0), ((0, 0), math.inf)):
        rows = ROWS.clone()
        rows[place] = value
        with pytest.raises(ConfigError, match=r"categories beyond|infinite"):
            preflight(model, rows, None)
    with pytest.raises(ConfigError, match="one number per column"):
        TabularVAE.Config(shape=(1, 8, 8))


def test_exported_halves_agree():
    model = small().eval()
    for half in (decoder(model), encoder(model)):
        content = to_onnx(half, {})
        assert difference(content, half) <= TOLERANCE
    found = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = model.embed(ROWS).numpy()
    np.testing.assert_allclose(found.run(None, {"row": ROWS.numpy()})[0], expected, rtol=1e-4, atol=1e-5)


def test_images_and_tables_are_told_apart(people):
    with pytest.raises(ConfigError, match=r"learns from images, and people.csv is a table; choose one of tabular_vae"):
        configure(str(people), "beta_vae")
    with pytest.raises(ConfigError, match="learns from a table, and digits is images; choose one of autoencoder"):
        configure("digits", "tabular_vae")
    with pytest.raises(ConfigError, match="no such setting"):
        configure("wine", "tabular_vae", network="conv")
    assert "network" not in setting_names(TabularVAE.Config)


def test_a_run_is_readable_without_its_data(table_run):
    config = RunConfig.from_dict(json.loads((table_run.path / "config.json").read_text()))
    assert config.data_kind == "table"
    assert config.item == "row"
    assert config.schema == table_run.data().schema
    assert config.model.cardinalities == config.schema.cardinalities
    again = Run.open(table_run.path)
    texts = again.config.schema.texts(again.model().rows(torch.zeros(2, 3), torch.Generator().manual_seed(0)))
    assert len(texts[0]) == 6
    assert texts[0][3] in ("Oslo", "Paris", "Rome")


def test_a_schema_that_does_not_fit_is_refused(table_run):
    values = json.loads((table_run.path / "config.json").read_text())
    without = {key: value for key, value in values.items() if key != "schema"}
    with pytest.raises(ConfigError, match="no 'schema'"):
        RunConfig.from_dict(without)
    values["schema"]["columns"].pop()
    with pytest.raises(ConfigError, match="other columns than its 'model'"):
        RunConfig.from_dict(values)


def test_an_image_run_has_no_schema(run):
    assert run.config.schema is None
    assert "schema" not in json.loads((run.path / "config.json").read_text())


def test_evaluation_agrees_with_a_hand_computation(table_run):
    table, model, rows = table_run.evaluation(), table_run.model(), table_run.data().test.items
    with torch.no_grad():
        posterior = model.encode(rows)
        z = posterior.sample(torch.Generator().manual_seed(0))
        distortion = model.nll_per_column(model.decode_logits(z), rows).sum(1).mean()
        rate = posterior.rate_per_dim(z).sum(1).mean()
        reproduced = model.columns.likeliest(model.decode(posterior.mu))
    assert table["elbo"] == pytest.approx(-float(distortion + rate), rel=1e-4)
    seen = ~rows[:, [0, 1, 2, 5]].isnan()
    errors = (rows - reproduced)[:, [0, 1, 2, 5]][seen]
    assert table["rmse"] == pytest.approx(errors.square().mean().sqrt().item(), rel=1e-4)
    seen = ~rows[:, [3, 4]].isnan()
    assert table["accuracy"] == pytest.approx((rows == reproduced)[:, [3, 4]][seen].float().mean().item(), rel=1e-4)
    assert table["rmse"] < table["constant_rmse"]
    assert table["log_scale"] == pytest.approx(float(table_run.config.schema.log_scale(rows).mean()))


def test_errors_of_columns_beside_a_constant(table_run):
    data = table_run.data("all")
    by_name = {one.column.name: one for one in column_errors(table_run.model(), data.schema, data.test.items)}
    weight = by_name["weight"]
    assert weight.error < weight.constant_error
    coat, x = by_name["coat"], data.test.items[:, 4]
    shares = torch.tensor(data.schema.columns[4].shares)
    seen = x[~x.isnan()].long()
    assert coat.constant_nats == pytest.approx(-shares.log()[seen].mean().item(), rel=1e-5)
    assert coat.constant_error == pytest.approx((seen != shares.argmax()).float().mean().item())
    assert coat.count == len(seen)


def test_its_codes_are_cached_like_any_other(table_run):
    codes = latents_of(table_run)
    assert codes.mu.shape == (50, 3)
    assert codes.class_names == ("a", "b")
    assert codes.gaussian


def test_it_trains_with_its_variants(people, tmp_path):
    from tests.conftest import QUICK_TABLE
    from vae_core.runs import alike, execute_together

    store = vae_core.Store(tmp_path)
    settings = QUICK_TABLE | {"epochs": 4}
    runs = [store.create(configure(str(people), "tabular_vae", beta=beta, **settings)) for beta in (1.0, 4.0)]
    assert alike(runs) == [runs]
    assert set(execute_together(runs).values()) == {"done"}
    alone = vae_core.train(str(people), "tabular_vae", store=store, beta=4.0, **settings)
    together = runs[1].history()[-1]["elbo"]
    assert together == pytest.approx(alone.history()[-1]["elbo"], abs=1.5)


def test_what_is_made_of_images_is_refused_in_a_sentence(table_run, tmp_path):
    from vae_core.analysis import generation_quality
    from vae_core.export import FORMATS
    from vae_core.runs import RunError

    for name, format in FORMATS.items():
        target = tmp_path / f"out-{name}{format.ending}"
        if format.of_images:
            with pytest.raises(RunError, match="was trained on a table"):
                format.write([table_run], target)
    with pytest.raises(RunError, match="FID and KID: made of images"):
        generation_quality(table_run)


def test_it_is_taken_away_with_its_schema(table_run, tmp_path):
    from vae_core.export import FORMATS

    FORMATS["weights"].write([table_run], tmp_path)
    about = json.loads((tmp_path / "model.json").read_text())
    assert [column["name"] for column in about["schema"]["columns"]] == list(table_run.config.schema.names)
    found = onnxruntime.InferenceSession(str(tmp_path / "decoder.onnx"), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = table_run.model().decode(torch.zeros(2, 3)).numpy()
    np.testing.assert_allclose(found.run(None, {"z": np.zeros((2, 3), np.float32)})[0], expected, rtol=1e-4, atol=1e-5)


def test_scores_without_factors(table_run):
    from vae_core.analysis import scores_without_factors

    scores = scores_without_factors(table_run)
    assert scores["active_units"] >= 1
    assert 0 < scores["smoothness"] <= 1
