"""Live decoding and encoding for clients that send many requests: one loaded model per run, one thread, small requests first.

A drag requests one image and, beside it, rows of a strip. One thread serves all clients in the order of
(size, arrival): the image that follows the slider waits at most for the row that is being decoded.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .config import BetascopeError
from .models import Model
from .runs import Run, RunError
from .training.batches import as_bytes

#: Bytes of weights that stay loaded.
CAPACITY = 2**30
#: Codes or images in one request.
MAX_BATCH = 256
#: Far beyond any code of a trained model.
MAX_CODE = 1e4
#: Who pays: receives the seconds that each request of this context took in the decode thread.
METER: ContextVar[Callable[[float], object]] = ContextVar("meter", default=lambda seconds: None)


class RequestError(BetascopeError):
    """An invalid request: a wrong shape, a code that is not finite, a class that does not exist."""


class ModelCache:
    """Loaded models; the least recently used is evicted first. A run whose weights file changed is loaded again."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._models: OrderedDict[Path, tuple[int, Model]] = OrderedDict()
        self._lock = threading.Lock()

    def model(self, run: Run) -> Model:
        """The run's model on the CPU, in evaluation mode, shared: do not change it.

        Raises:
            RunError: the run was deleted, has no weights, or weights that do not fit.
        """
        try:
            version = run.weights_version()
        except RunError:
            self.forget(run)
            raise
        with self._lock:
            cached = self._models.get(run.weights_path)
            if cached is not None and cached[0] == version:
                self._models.move_to_end(run.weights_path)
                return cached[1] if run.requested_beta is None else cached[1].at_beta(run.requested_beta)
        # Loaded outside of the lock: requests for other models must not wait for this one.
        with torch.inference_mode(False):  # else no search for a code could take gradients through it
            model = run.at_beta(None).model().to(memory_format=torch.channels_last)
        model.requires_grad_(False)  # a search for a code takes gradients of codes alone
        with self._lock:
            self._models[run.weights_path] = (version, model)
            self._models.move_to_end(run.weights_path)
            while len(self._models) > 1 and sum(size_of(loaded) for _, loaded in self._models.values()) > self.capacity:
                self._models.popitem(last=False)
        return model if run.requested_beta is None else model.at_beta(run.requested_beta)

    def forget(self, run: Run) -> None:
        """Drop a run's model."""
        with self._lock:
            self._models.pop(run.weights_path, None)


class DecodeService:
    """Decodes and encodes for many clients in one background thread; every answer is a `Future`."""

    def __init__(self, models: ModelCache) -> None:
        self.models = models
        self._jobs: queue.PriorityQueue[tuple[int, int, Callable[[], Any], Future[Any]]] = queue.PriorityQueue()
        self._counter = itertools.count()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        #: Called after each request with its seconds in the thread.
        self.observe: Callable[[float], object] = lambda seconds: None

    def waiting(self) -> int:
        """Requests that wait for the thread."""
        return self._jobs.qsize()

    def decode(self, run: Run, codes: NDArray[np.float32], condition: float | None = None) -> Future[NDArray[np.uint8]]:
        """Codes `(n, D)` → pixels `(n, H, W, C)` uint8, under a `condition` (see `conditioned`); of a table, the bytes of its decoder's
        outputs `(n, 4·P)` (float32, little-endian).

        Raises (from the future's `result`):
            RequestError: an invalid code, condition or batch. RunError: the run was deleted.
        """

        def work() -> NDArray[np.uint8]:
            model, labels = conditioned(self.models.model(run), condition, len(codes))
            decoded = model.decode(checked_codes(codes, model), labels)
            return to_pixels(decoded) if model.data_kind == "images" else to_bytes(decoded)

        return self._put(len(codes), work)

    def encode(
        self, run: Run, images: NDArray[np.uint8], condition: float | None = None
    ) -> Future[NDArray[np.float32]]:
        """Pixels `(n, H, W, C)` uint8 → their codes `(n, D)`, under a `condition`.

        Raises (from the future's `result`):
            RequestError: images of another shape, an invalid condition. RunError: the run was deleted.
        """

        return self._read(run, images, condition, lambda model, x, labels: model.embed(x, labels))

    def posterior(
        self, run: Run, images: NDArray[np.uint8], condition: float | None = None
    ) -> Future[NDArray[np.float32]]:
        """Pixels `(n, H, W, C)` uint8 → μ and log σ² of q(z|x), `(n, 2, D)`; of an encoder without noise σ is 0.

        Raises (from the future's `result`):
            RequestError: images of another shape, an invalid condition. RunError: the run was deleted.
        """

        def moments(model: Model, x: Tensor, labels: Tensor | None) -> Tensor:
            found = model.encode(x, labels)
            logvar = torch.full_like(found.mu, -torch.inf) if found.logvar is None else found.logvar
            return torch.stack([found.mu, logvar], 1)

        return self._read(run, images, condition, moments)

    def _read(
        self, run: Run, images: NDArray[np.uint8], condition: float | None,
        read: Callable[[Model, Tensor, Tensor | None], Tensor],
    ) -> Future[NDArray[np.float32]]:  # fmt: skip
        """What the model makes of images, under a condition."""

        def work() -> NDArray[np.float32]:
            model, labels = conditioned(self.models.model(run), condition, len(images))
            return read(model, checked_images(images, model), labels).float().numpy()

        return self._put(len(images), work)

    def draw(self, run: Run, n: int = 1) -> Future[NDArray[np.float32]]:
        """Codes `(n, D)` drawn from the prior, or from the family's substitute for one.

        Raises (from the future's `result`):
            RunError: the run was deleted.
        """
        return self._put(n, lambda: self.models.model(run).prior_sample(n).float().numpy())

    def between(self, work: Callable[[], Any]) -> Future[Any]:
        """Work that waits until there are no requests; it should be brief, since the next request waits for its end.

        It may take gradients, unlike requests.
        """

        def outside() -> Any:
            with torch.inference_mode(False), torch.no_grad():
                return work()

        return self._put(MAX_BATCH + 1, outside)

    def _put(self, size: int, work: Callable[[], Any]) -> Future[Any]:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="live", daemon=True)
                self._thread.start()
        future: Future[Any] = Future()
        self._jobs.put((size, next(self._counter), metered(work, self.observe, METER.get()), future))
        return future

    def _serve(self) -> None:
        torch.set_num_threads(1)  # for this thread; for single images a second one costs more than it gains
        while True:
            _, _, work, future = self._jobs.get()
            if not future.set_running_or_notify_cancel():
                continue  # cancelled by the client
            try:
                with torch.inference_mode():
                    future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
            del work, future  # else the last answer stays in memory until the next request


def metered(work: Callable[[], Any], *meters: Callable[[float], object]) -> Callable[[], Any]:
    """The work, which tells the meters how many seconds it took, before anybody has its result."""

    def measured() -> Any:
        started = time.perf_counter()
        try:
            return work()
        finally:
            seconds = time.perf_counter() - started
            for meter in meters:
                meter(seconds)

    return measured


def size_of(model: Model) -> int:
    """Bytes of a model's weights."""
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())


def checked_codes(codes: NDArray[np.float32], model: Model) -> Tensor:
    """
    Raises:
        RequestError: not `(n, D)` finite numbers with n from 1 to 256.
    """
    dims = model.config.code_width
    if codes.ndim != 2 or codes.shape[1] != dims:
        raise RequestError(f"Codes of shape {codes.shape}: this model takes (n, {dims}).")
    if not 1 <= len(codes) <= MAX_BATCH:
        raise RequestError(f"{len(codes)} codes at once: send 1 to {MAX_BATCH}.")
    if not (np.abs(codes) <= MAX_CODE).all():  # false for NaN too
        raise RequestError(f"The code holds a number that is not finite, or beyond ±{MAX_CODE:g}.")
    return torch.tensor(codes)  # a copy: the received buffer is read-only


def checked_images(images: NDArray[np.uint8], model: Model) -> Tensor:
    """Floats `(n, C, H, W)` in [0, 1].

    Raises:
        RequestError: not `(n, H, W, C)` of the model's shape with n from 1 to 256.
    """
    channels, height, width = model.config.shape
    if images.ndim != 4 or images.shape[1:] != (height, width, channels):
        raise RequestError(f"Images of shape {images.shape}: this model takes (n, {height}, {width}, {channels}).")
    if not 1 <= len(images) <= MAX_BATCH:
        raise RequestError(f"{len(images)} images at once: send 1 to {MAX_BATCH}.")
    return torch.tensor(images).permute(0, 3, 1, 2).float() / 255


def conditioned(model: Model, condition: float | None, n: int) -> tuple[Model, Tensor | None]:
    """The model, and labels for n images, under a request's condition: the class of a conditional model, the β of a
    multi-rate model; other models ignore it.

    Raises:
        RequestError: a class that the data does not have, a β outside the range of the training.
    """
    if model.conditional:
        classes = model.config.classes
        if condition is None or condition not in range(classes):
            raise RequestError(f"Class {condition}: this model is conditional; give one of 0 to {classes - 1}.")
        return model, torch.full((n,), int(condition), dtype=torch.int64)
    if model.config.betas and condition is not None:
        low, high = model.config.betas
        if not low <= condition <= high:
            raise RequestError(f"β = {condition:g}: this model was trained from {low:g} to {high:g}.")
        return model.at_beta(condition), None
    return model, None


def to_pixels(images: Tensor) -> NDArray[np.uint8]:
    """Images `(n, C, H, W)`, floats in [0, 1] or uint8 → `(n, H, W, C)` uint8."""
    return as_bytes(images).permute(0, 2, 3, 1).contiguous().numpy()


def to_bytes(rows: Tensor) -> NDArray[np.uint8]:
    """Floats `(n, P)` → their bytes `(n, 4·P)`, float32 little-endian."""
    return np.ascontiguousarray(rows.float().numpy(), "<f4").view(np.uint8)


MODEL_CACHE = ModelCache()
DECODE_SERVICE = DecodeService(MODEL_CACHE)
