"""Python, torch, and what it computes on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import warnings

from .finding import Finding, Place, ok, problem, warning

OLDEST = (3, 11)


def python(place: Place) -> Finding:
    found = f"{platform.python_version()} in {sys.prefix}, {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST:
        return problem(found, "Install Python 3.11 or newer and make the environment anew with it.")
    return ok(found)


def torch_build(place: Place) -> Finding:
    import torch

    build = f"with CUDA {torch.version.cuda}" if torch.version.cuda else "for CPUs"
    return ok(f"{torch.__version__}, built {build}")


def cpu(place: Place) -> Finding:
    """Threads that wait for cores which a container does not have make everything slow."""
    import torch

    from ..cores import cores, quota

    limit, threads = quota(), torch.get_num_threads()
    found = f"{cores()} of {os.cpu_count()} cores" + (f" (limit {limit:g})" if limit else "") + f", {threads} threads"
    if threads > cores() and os.environ.get("OMP_NUM_THREADS"):
        return warning(found, f"OMP_NUM_THREADS asks for more threads than there are cores; set it to {cores()}.")
    return ok(found)


def gpu(place: Place) -> Finding:
    """Whether a product of two matrices runs on each GPU; a driver or a build that does not fit fails only there."""
    import torch

    present = _of_the_driver()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old driver: the finding says so
        usable = torch.cuda.is_available()
    if not usable:
        if not present:
            return ok("none; models train on the CPU")
        return warning(f"{present} cannot be used by torch {torch.__version__}", _remedy(torch.version.cuda))
    names = []
    for index in range(torch.cuda.device_count()):
        major, minor = torch.cuda.get_device_capability(index)
        name = f"{torch.cuda.get_device_name(index)} (compute capability {major}.{minor})"
        try:
            ones = torch.ones(8, 8, device=torch.device("cuda", index))
            if (ones @ ones).sum().item() != 8**3:
                raise RuntimeError("a product of matrices is wrong")
        except (RuntimeError, AssertionError) as error:
            reason = str(error).splitlines()[0]
            return problem(f"{name} fails: {reason}", "Install a torch built for it, or train with --device cpu.")
        names.append(name)
    return ok(", ".join(names) + f"; {present or 'driver unknown'}")


def _of_the_driver() -> str:
    """GPUs and driver as `nvidia-smi` names them; "" without one."""
    if not (program := shutil.which("nvidia-smi")):
        return ""
    command = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    rows = [line.rpartition(",") for line in answer.stdout.splitlines() if "," in line]
    return ", ".join(f"{name} with driver {driver.strip()}" for name, _, driver in rows)


def _remedy(cuda: str | None) -> str:
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "CUDA_VISIBLE_DEVICES hides all GPUs; unset it."
    if cuda is None:
        return "This torch is built for CPUs; install one built with CUDA (https://pytorch.org/get-started/locally/)."
    return f"Update the driver to one for CUDA {cuda}, or install a torch built for an older CUDA."
