"""The bench of attacks tells a sentence from a trace, a hang and too much memory; each part's inputs follow from the seed."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

from bench.robust import attempt as attempts
from bench.robust.__main__ import PARTS
from bench.robust.attempt import Place, attempt
from bench.robust.mutate import changed, damaged, text_of
from bench.robust.sockets import traces
from vae_core.config import BetascopeError, TrainingFailed

ROOT = Path(__file__).parents[1]


def tried(tmp_path, case):
    return attempt(case, "a", 0, 0, Place(tmp_path, tmp_path / "scratch"))


def refuse(random, place):
    raise BetascopeError("--beta -1: must be at least 0.")


def mute(random, place):
    raise BetascopeError("")


def fail(random, place):
    raise TrainingFailed("no sentence of ours")


def hang(random, place):
    while True:
        pass


def grow(random, place):
    _ = b"x" * (200 << 20)


@pytest.mark.parametrize(
    ("case", "refused", "failure"),
    [
        (refuse, True, ""),
        (mute, False, "an empty sentence, .*"),
        (fail, False, "TrainingFailed, .*"),
        (hang, False, "more than 0.4 s, .*"),
        (grow, False, "more than 20 MB"),
        (lambda random, place: (place.scratch / "x").write_text("x"), False, ""),
    ],
)
def test_what_an_input_came_to(tmp_path, monkeypatch, case, refused, failure):
    if case is hang:
        monkeypatch.setattr(attempts, "SECONDS", 0.4)
    monkeypatch.setattr(attempts, "MEGABYTES", 20)
    verdict = tried(tmp_path, case)
    assert verdict.refused == refused
    assert re.fullmatch(failure, verdict.failure), verdict
    assert not (tmp_path / "scratch").exists()


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_run(part):
    assert callable(import_module(f"bench.robust.{part}").run)


def test_inputs_follow_from_the_seed():
    def made(seed):
        random = Random(seed)
        return [text_of(random, changed(random, {"a": [1, 2.5], "b": "c"})) for _ in range(50)], [damaged(random, b"abc" * 99) for _ in range(50)]  # fmt: skip

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_a_trace_in_a_log_is_found():
    log = 'fine\nTraceback (most recent call last):\n  File "/explorer/a.py", line 1\n    x\nValueError: no\nfine\n'
    assert traces(log) == ["ValueError: no"]
    assert traces(log.replace("explorer", "uvicorn")) == []


def test_nothing_is_written_outside(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "link").symlink_to(tmp_path / "victim")
    script = f"""
import os, sys
from pathlib import Path
from bench.robust.confined import confine
own = Path(r"{tmp_path / "own"}")
confine(own)
(own / "mine").write_text("x")
for change in (lambda: (own.parent / "new").write_text("x"), lambda: (own / "link").write_text("x"), lambda: os.remove(own.parent / "victim"),
               lambda: os.replace(own / "mine", own.parent / "victim"), lambda: os.mkdir(own / ".." / "folder")):
    try:
        change()
    except PermissionError:
        continue
    sys.exit("written")
(own / "mine").unlink()
"""
    (tmp_path / "victim").write_text("whole")
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
    assert (tmp_path / "victim").read_text() == "whole"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "victim"]
