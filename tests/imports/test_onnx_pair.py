"""ONNX files become runs whose numbers are those of the model that wrote them; what does not fit is refused in one sentence."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from tests.imports.conftest import D, Decoder, Encoder, Then, onnx_file, write_decoder, write_encoder
from vae_core.__main__ import main
from vae_core.analysis import EvaluateConfig, evaluate, latents_of
from vae_core.config import BetascopeError, ConfigError
from vae_core.datasets import DataConfig
from vae_core.export.files import onnx_of, write_onnx, write_programs
from vae_core.imports import ImportFailed, Request, Values
from vae_core.imports.create import import_run
from vae_core.jobs import configure
from vae_core.models.graph import compute
from vae_core.runs import RunError

DIGITS = Request(data=DataConfig("digits"))


def test_our_own_export_comes_back_with_its_numbers(run, store, tmp_path):
    write_onnx(run, tmp_path / "out")
    back = import_run(tmp_path / "out", DIGITS, store=store)
    assert store.open(back.id).status()["state"] == "done"
    assert back.config.fingerprint == run.config.fingerprint
    ours, theirs = run.evaluation(), back.evaluation()
    for name in ("distortion", "rate", "elbo", "mse", "active_units"):
        assert theirs[name] == pytest.approx(ours[name], rel=1e-4), name
    np.testing.assert_allclose(latents_of(back).mu, latents_of(run).mu, atol=1e-4)
    assert latents_of(back).order() == latents_of(run).order()


def test_the_live_decoder_gets_the_graph(pair, store):
    run = import_run(pair, DIGITS, store=store)
    z = torch.randn(3, D)
    content = onnx_of(run, "decoder")
    torch.testing.assert_close(compute(content, z)[0], torch.sigmoid(Decoder()(z)))
    assert onnx.load_from_string(content).metadata_props[0].key == "betascope"
    assert onnx_of(run, "decoder") == content
    with pytest.raises(BetascopeError, match="export it as ONNX"):
        write_programs(run, pair)


def test_a_decoder_alone_has_drawn_codes(pair, store):
    run = import_run(pair / "decoder.onnx", store=store, name="alone")
    codes = latents_of(run)
    assert codes.drawn
    assert codes.labels is None
    assert np.isnan(codes.distortion).all()
    assert codes.spread()[0].tolist() == [0] * D
    one, other = torch.eye(D)[:1], -torch.eye(D)[:1]
    change = (torch.sigmoid(Decoder()(one)) - torch.sigmoid(Decoder()(other))).square().mean().sqrt().item()
    assert codes.weight_per_dim()[0] == pytest.approx(change, rel=1e-4)
    with pytest.raises(RunError, match="without images"):
        evaluate(run, EvaluateConfig())
    with pytest.raises(ConfigError, match="without its encoder"):
        run.model().embed(torch.rand(1, 1, 8, 8))


def test_an_encoder_alone_has_a_map_and_no_images(pair, store):
    (pair / "decoder.onnx").unlink()
    run = import_run(pair, DIGITS, store=store)
    assert latents_of(run).sigma is not None
    assert run.evaluation() is None
    with pytest.raises(ImportFailed, match="give --dataset"):
        import_run(pair, store=store)


FORMS = {
    "channels last": lambda x: x.sigmoid().permute(0, 2, 3, 1),
    "rows": lambda x: x.sigmoid()[:, 0],
    "flat": lambda x: x.sigmoid().flatten(1),
    "signed": lambda x: x.sigmoid() * 2 - 1,
    "logits": lambda x: x,
}


@pytest.mark.parametrize("form", FORMS)
def test_layouts_and_ranges_become_ours(form, tmp_path, store):
    values = {"signed": Values(-1, 1), "logits": Values(logits=True)}.get(form)
    run = import_run(write_decoder(tmp_path / "d.onnx", FORMS[form]), Request(values=values), store=store)
    z = torch.randn(3, D)
    torch.testing.assert_close(run.model().decode(z), torch.sigmoid(Decoder()(z)))


HALVES = {
    ("mu", "logvar"): (lambda out: out, True),
    ("log_var", "mean"): (lambda out: out[::-1], True),
    ("mu", "std"): (lambda out: (out[0], (0.5 * out[1]).exp()), True),
    ("parameters",): (lambda out: torch.cat(out, 1), True),
    ("embedding",): (lambda out: out[0], False),
}


@pytest.mark.parametrize("outputs", HALVES)
def test_mu_and_logvar_are_found(outputs, pair, store):
    function, spread = HALVES[outputs]
    write_encoder(pair / "encoder.onnx", function, outputs)
    run = import_run(pair, DIGITS, store=store)
    x = run.data().test.images[:5].float() / 255
    mu, logvar = Encoder()(x)
    posterior = run.model().encode(x)
    torch.testing.assert_close(posterior.mu, mu)
    assert (posterior.logvar is not None) == spread == (run.evaluation()["elbo"] is not None)
    if spread:
        torch.testing.assert_close(posterior.logvar, logvar)
    else:
        assert float(run.model().prior_sample(2000).std(0).max()) < 1


def test_the_encoder_s_range_is_the_decoder_s(pair, store):
    write_decoder(pair / "decoder.onnx", lambda x: x.sigmoid() * 2 - 1)
    run = import_run(pair, Request(values=Values(-1, 1), data=DataConfig("digits")), store=store)
    x = torch.rand(2, 1, 8, 8)
    torch.testing.assert_close(run.model().embed(x), Encoder()(2 * x - 1)[0])


def bare(nodes, inputs, outputs, opset=20, weights=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]).SerializeToString()


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


Z, IMAGE = value("z", ["n", 64]), value("x", ["n", 64])
NODE = helper.make_node("Sigmoid", ["z"], ["x"])
BAD = {
    "empty": (b"", "not a valid ONNX"),
    "noise": (b"\x89PNG" * 50, "not a valid ONNX"),
    "old": (bare([NODE], [Z], [IMAGE], opset=9), "operator set 9"),
    "two inputs": (bare([helper.make_node("Add", ["z", "y"], ["x"])], [Z, value("y", ["n", 64])], [IMAGE]), "2 inputs"),
    "half precision": (bare([NODE], [value("z", ["n", 64], TensorProto.FLOAT16)], [value("x", ["n", 64], TensorProto.FLOAT16)]), "float16"),
    "free width": (bare([NODE], [value("z", ["n", "d"])], [IMAGE]), r"takes \(n, n\)"),
    "huge code": (bare([NODE], [value("z", ["n", 4096])], [value("x", ["n", 4096])]), "4,096 numbers"),
    "no square": (bare([NODE], [value("z", ["n", 60])], [value("x", ["n", 60])]), "squares"),
    "constant": (bare([helper.make_node("Sub", ["z", "z"], ["x"])], [Z], [IMAGE]), "same grey"),
    "not finite": (bare([helper.make_node("Log", ["z"], ["y"]), helper.make_node("Sigmoid", ["y"], ["x"])], [Z], [IMAGE]), "not finite"),
    "other range": (bare([helper.make_node("Mul", ["z", "s"], ["x"])], [Z], [IMAGE], weights=[helper.make_tensor("s", TensorProto.FLOAT, [1], [9.0])]), "--range"),
    "unknown operator": (bare([helper.make_node("Sigmoid", ["z"], ["x"], domain="my.own")], [Z], [IMAGE]), "."),
    "random": (bare([helper.make_node("RandomUniformLike", ["z"], ["x"])], [Z], [IMAGE]), "other values each time"),
    "rows mixed": (
        bare([helper.make_node("ReduceMean", ["z", "axis"], ["m"]), helper.make_node("Sub", ["z", "m"], ["d"]), helper.make_node("Sigmoid", ["d"], ["x"])], [Z], [IMAGE], weights=[helper.make_tensor("axis", TensorProto.INT64, [1], [0])]),
        "among others",
    ),
    "fixed batch": (
        bare([helper.make_node("Reshape", ["z", "s"], ["y"]), helper.make_node("Sigmoid", ["y"], ["x"])], [value("z", [1, 64])], [value("x", [1, 64])], weights=[helper.make_tensor("s", TensorProto.INT64, [2], [1, 64])]),
        "does not run on 2 rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_does_not_fit_is_one_sentence(name, tmp_path, store):
    content, why = BAD[name]
    path = tmp_path / "decoder.onnx"
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match=why) as caught:
        import_run(path, store=store)
    assert "\n" not in str(caught.value)
    assert not store.runs()


def test_a_loop_is_refused(tmp_path, store):
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Identity", ["v"], ["w"])], "b",
        [value("i", [], TensorProto.INT64), value("c", [], TensorProto.BOOL), value("v", ["n", 64])],
        [value("d", [], TensorProto.BOOL), value("w", ["n", 64])],
    )  # fmt: skip
    weights = [
        helper.make_tensor("t", TensorProto.INT64, [], [3]),
        helper.make_tensor("on", TensorProto.BOOL, [], [True]),
    ]
    path = tmp_path / "d.onnx"
    path.write_bytes(
        bare([helper.make_node("Loop", ["t", "on", "z"], ["x"], body=body)], [Z], [IMAGE], weights=weights)
    )
    with pytest.raises(ImportFailed, match="Loop"):
        import_run(path, store=store)


def test_halves_and_images_must_fit_each_other(pair, tmp_path, store):
    onnx_file(pair / "encoder.onnx", Then(Encoder(), lambda out: out[0][:, :3]), torch.rand(2, 1, 8, 8), ("mu",))
    with pytest.raises(ImportFailed, match="codes of 3 numbers"):
        import_run(pair, DIGITS, store=store)
    write_encoder(pair / "encoder.onnx")
    with pytest.raises(ImportFailed, match=r"its images are \(3, 8, 8\)"):
        import_run(pair, Request(data=DataConfig("shapes3d", size=20)), store=store)
    with pytest.raises(ImportFailed, match="without an encoder"):
        import_run(pair / "decoder.onnx", DIGITS, store=store)
    with pytest.raises(ImportFailed, match="There is nothing"):
        import_run(tmp_path / "nowhere", store=store)
    (tmp_path / "text.txt").write_text("hello")
    with pytest.raises(ImportFailed, match="What can be opened"):
        import_run(tmp_path / "text.txt", store=store)
    with pytest.raises(ImportFailed, match="the first the smaller"):
        Values(1, -1)


def test_the_command(pair, store, capsys):
    options = ["--dataset", "digits", "--name", "Theirs", "--store", str(store.root)]
    assert main(["import", str(pair), *options, "--likelihood", "gaussian", "--sigma", "0.3", "--json"]) == 0
    run = store.open("theirs-1")
    assert run.config.model.likelihood == "gaussian"
    assert run.config.model.sigma == 0.3
    assert "ONNX" in run.notes().about
    assert main(["import", str(pair / "nothing.onnx"), "--store", str(store.root)]) == 2
    assert "There is nothing" in capsys.readouterr().err


def test_nobody_trains_it(pair, store):
    for name in ("imported", "codes"):
        with pytest.raises(ConfigError, match="cannot be trained"):
            configure("digits", name)
    weights = import_run(pair, store=store).path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-500])
    assert "broken" in store.runs()[0].reason


def graph_of(path, *nodes, output):
    """A decoder `(n, 3)` → `(n, 1, 8, 8)` of these nodes; its weights are `w`, `shape` and a `size` beyond any memory."""
    constants = {"w": np.ones((3, 64), np.float32), "shape": np.array([-1, 1, 8, 8]), "size": np.array([10**10])}
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *rest])
        for name, *rest in (("z", 3), ("x", 1, 8, 8))
    ]
    made = helper.make_graph(list(nodes), "decoder", ends[:1], ends[1:] if output else [], weights)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_a_graph_may_not_take_all_memory(tmp_path, store):
    node = helper.make_node
    path = graph_of(
        tmp_path / "decoder.onnx", node("MatMul", ["z", "w"], ["h"]), node("ConstantOfShape", ["size"], ["big"]),
        node("ReduceSum", ["big"], ["sum"], keepdims=0), node("Add", ["h", "sum"], ["y"]), node("Reshape", ["y", "shape"], ["x"]),
        output=True,
    )  # fmt: skip
    with pytest.raises(ImportFailed, match=r"(?i)decoder does not (load|run).*alloc"):
        import_run(path, store=store)
    assert not store.runs()


def test_a_graph_without_an_output_is_refused(tmp_path, store):
    path = graph_of(tmp_path / "decoder.onnx", helper.make_node("MatMul", ["z", "w"], ["x"]), output=False)
    with pytest.raises(ImportFailed):
        import_run(path, store=store)
