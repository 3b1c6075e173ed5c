"""int8 files: smaller, close to float32, their cost measured as an evaluation is; what cannot be measured is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import vae_core
from tests.conftest import QUICK
from vae_core.__main__ import main
from vae_core.analysis import EvaluateConfig, evaluate
from vae_core.export.files import onnx_of
from vae_core.export.int8 import cached_report, sentence, write_int8
from vae_core.export.onnx import ExportError
from vae_core.export.quantise import INTEGER, quantised
from vae_core.runs import Run

CONV = QUICK | dict(network="conv", channels=16, hidden=(64, 64))
#: The largest difference of a pixel from float32, and its mean, of the small models here.
FURTHEST, MEAN = 0.1, 0.02


@pytest.fixture(scope="module")
def conv_run(shared_store: vae_core.Store) -> Run:
    return vae_core.train("digits", "beta_vae", store=shared_store, **CONV)


@pytest.fixture(scope="module")
def written(conv_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("int8")
    assert main(["export", conv_run.id, "--int8", str(folder), "--store", str(conv_run.path.parent)]) == 0
    return folder


def outputs(content: bytes, **inputs: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


def exact(content: bytes, **inputs: np.ndarray) -> list[np.ndarray]:
    """What the file stands for, without the integer kernels of this processor."""
    return ReferenceEvaluator(onnx.load_from_string(content)).run(None, inputs)


def computed_in_integers(content: bytes) -> list[np.ndarray]:
    """The int8 weights of the layers that are computed in integers: their inputs are quantised as well."""
    graph = onnx.load_from_string(content).graph
    made_by = {output: node for node in graph.node for output in node.output}
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    sources = [
        [made_by[name] for name in node.input[:2] if name in made_by and made_by[name].op_type == "DequantizeLinear"]
        for node in graph.node
        if node.op_type in INTEGER
    ]
    return [tensors[pair[1].input[0]] for pair in sources if len(pair) == 2]


def test_the_files_are_smaller_and_close_to_float32(written: Path, conv_run: Run) -> None:
    assert sorted(path.name for path in written.iterdir()) == ["decoder.int8.onnx", "encoder.int8.onnx", "report.json"]
    report = json.loads((written / "report.json").read_text())
    inputs = {
        "encoder": {"image": conv_run.data().test.items[:50].float().numpy() / 255},
        "decoder": {"z": np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)},
    }
    for name, given in inputs.items():
        before, after = onnx_of(conv_run, name), (written / f"{name}.int8.onnx").read_bytes()
        assert report["bytes"][name] == {"float32": len(before), "int8": len(after)}
        assert len(after) < 0.75 * len(before)
        found = outputs(after, **given)
        for one, other in zip(outputs(before, **given), found, strict=True):
            assert 0 < np.abs(one - other).max() <= FURTHEST * max(1, np.abs(one).max())
            assert np.abs(one - other).mean() <= MEAN * max(1, np.abs(one).max())
        for one, other in zip(exact(after, **given), found, strict=True):
            assert np.abs(one - other).mean() <= MEAN / 10 * max(1, np.abs(one).max())
        weights = computed_in_integers(after)
        assert len(weights) == sum(report["layers"][name]["int8"].values())
        assert all(values.dtype == np.int8 and np.abs(values.astype(int)).max() <= 64 for values in weights)
    assert report["layers"]["encoder"] == {"int8": {"Conv": 1, "Gemm": 2}, "float32_with_int8_weights": {}}
    assert report["layers"]["decoder"]["int8"] == {"Gemm": 2}


def test_the_report_s_nats_are_those_of_the_evaluation(written: Path, conv_run: Run) -> None:
    report = json.loads((written / "report.json").read_text())
    expected = evaluate(conv_run, EvaluateConfig())
    assert report["images"] == expected["images"]
    for name in ("distortion", "rate", "elbo"):
        assert report["float32"][name] == pytest.approx(expected[name], abs=0.01)
        assert report["int8"][name] == pytest.approx(expected[name], abs=0.5)
        assert report["int8"][name] != report["float32"][name]
    for values in report["speed"].values():
        assert set(values) == {"1", "64"}
        assert min(values.values()) > 0


def test_the_report_is_cached_and_fits_a_sentence(written: Path, conv_run: Run, autoencoder_run: Run) -> None:
    report = cached_report(conv_run)
    assert report == json.loads((written / "report.json").read_text())
    assert cached_report(autoencoder_run) is None
    text = sentence(report | {"float32": {"elbo": -20.0}, "int8": {"elbo": -20.25}})
    assert "ELBO −0.25 nats per image" in text
    assert "% of the bytes of float32" in text


def test_the_description_says_that_it_is_int8(written: Path) -> None:
    session = onnxruntime.InferenceSession(written / "decoder.int8.onnx", providers=["CPUExecutionProvider"])
    found = json.loads(session.get_modelmeta().custom_metadata_map["betascope"])
    assert (found["half"], found["precision"], found["dims"]) == ("decoder", "int8", 4)


def test_a_condition_a_code_without_a_rate_and_a_model_from_elsewhere(
    autoencoder_run: Run, conv_run: Run, store: vae_core.Store, tmp_path: Path
) -> None:
    conditional = vae_core.train("digits", "conditional_vae", store=store, **QUICK)
    main(["export", conv_run.id, "--onnx", str(tmp_path / "given"), "--store", str(conv_run.path.parent)])
    options = ["--dataset", "digits", "--name", "elsewhere", "--store", str(store.root)]
    assert main(["import", str(tmp_path / "given"), *options]) == 0
    for one in (conditional, autoencoder_run, store.open("elsewhere-1")):
        write_int8(one, tmp_path / one.id)
        report = cached_report(one)
        expected = evaluate(one, EvaluateConfig())
        assert report["float32"]["distortion"] == pytest.approx(expected["distortion"], abs=0.01)
        assert report["int8"]["distortion"] == pytest.approx(expected["distortion"], abs=1)
        assert (report["int8"]["elbo"] is None) == (expected["elbo"] is None)
    assert "distortion" in sentence(cached_report(autoencoder_run))


@pytest.mark.parametrize(
    ("data", "family", "words"),
    [
        ("digits", "vq_vae", "entries of a codebook"),
        ("digits", "multirate_vae", "β is one of its inputs"),
        ("digits", "vampprior_vae", "not those of a Gaussian code under N"),
        ("wine", "tabular_vae", "it is of a table"),
    ],
)
def test_what_is_refused(
    data: str, family: str, words: str, store: vae_core.Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = dict(QUICK) if data == "digits" else {"epochs": 1, "precision": "float32"}
    run = vae_core.train(data, family, store=store, **settings)
    capsys.readouterr()
    assert main(["export", run.id, "--int8", str(tmp_path / "out"), "--store", str(store.root)]) == 2
    err = capsys.readouterr().err.strip()
    assert words in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_decoder_alone_has_nothing_to_be_calibrated_with(
    conv_run: Run, store: vae_core.Store, tmp_path: Path
) -> None:
    path = tmp_path / "decoder.onnx"
    path.write_bytes(onnx_of(conv_run, "decoder"))
    assert main(["import", str(path), "--name", "alone", "--store", str(store.root)]) == 0
    with pytest.raises(ExportError, match="encoder, decoder and images are needed"):
        write_int8(store.open("alone-1"), tmp_path / "out")


def test_without_the_data_nothing_is_written(conv_run: Run, tmp_path: Path) -> None:
    shutil.copytree(conv_run.path, tmp_path / "copied")
    config = json.loads((tmp_path / "copied" / "config.json").read_text())
    config["data"]["name"] = str(tmp_path / "gone.npz")
    (tmp_path / "copied" / "config.json").write_text(json.dumps(config))
    with pytest.raises(vae_core.BetascopeError, match="gone"):
        write_int8(Run.open(tmp_path / "copied"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def graph(nodes: list, outputs: list[str], **weights: np.ndarray) -> bytes:
    """Nodes from x `(n, 64)`."""
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        nodes, "made", [value("x", TensorProto.FLOAT, ["n", 64])],
        [value(name, TensorProto.FLOAT, ["n", 64]) for name in outputs],
        [numpy_helper.from_array(weight, name) for name, weight in weights.items()],
    )  # fmt: skip
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 10
    return model.SerializeToString()


def test_weights_that_are_whole_steps_stay_exact() -> None:
    rng = np.random.default_rng(0)
    whole = rng.integers(-127, 128, (64, 64))
    whole[:, 0] = 127  # sets the scale of each channel
    weight = (whole * 0.25).astype(np.float32)
    x = rng.standard_normal((5, 64)).astype(np.float32)
    content = graph([helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)], ["y"], w=weight)
    found = quantised(content, [{"x": x}], reads_code=False)
    assert (found.integer, found.stored) == ({}, {"Gemm": 1})
    np.testing.assert_allclose(outputs(found.content, x=x)[0], x @ weight.T, rtol=1e-5, atol=1e-4)
    assert len(found.content) < len(content) / 2


def test_every_head_stays_in_float32_and_a_shared_weight_is_stored_once() -> None:
    rng = np.random.default_rng(1)
    v, w = (rng.standard_normal((64, 64)).astype(np.float32) for _ in range(2))
    nodes = [
        helper.make_node("MatMul", ["x", "v"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MatMul", ["b", "v"], ["c"]),
        helper.make_node("Gemm", ["c", "w"], ["mu"], transB=1),
        helper.make_node("Gemm", ["c", "w"], ["logvar"], transB=1),
    ]
    content = graph(nodes, ["mu", "logvar"], v=v, w=w)
    x = rng.standard_normal((64, 64)).astype(np.float32)
    encoder, decoder = (quantised(content, [{"x": x}], reads_code=of) for of in (False, True))
    assert (encoder.integer, encoder.stored) == ({"MatMul": 2}, {"Gemm": 1})
    assert decoder.integer == {"MatMul": 1}
    expected = np.maximum(x @ v, 0) @ v @ w.T
    for one in (encoder, decoder):
        mu, logvar = outputs(one.content, x=x)
        np.testing.assert_array_equal(mu, logvar)
        assert np.abs(mu - expected).mean() < 0.02 * np.abs(expected).max()
