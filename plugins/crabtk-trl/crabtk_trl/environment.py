"""Environment variables of the child; most must stand before it starts."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import crabtk
from crabtk_trl.cores import physical_cores

_ALWAYS = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # A file datasets.py in the caller's folder must not hide the library.
    "PYTHONSAFEPATH": "1",
    # cuBLAS repeats its results bit by bit only with a workspace of fixed size.
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}
_ON_CPU = {
    # Threads that spin at a barrier take the processor from the thread that they wait for as soon as anything else
    # runs on the machine: on two busy cores a step took six times as long. Sleeping costs next to nothing.
    "OMP_WAIT_POLICY": "PASSIVE",
}
# glibc gives large freed blocks back to the system, and each step pays for fresh pages again: keeping them
# saved a fifth to a half of the CPU time of training.
_KEEP_FREED_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
}


def child_environment(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the child's whole environment; what the caller has set for memory and waiting wins.

    Args:
        options: Of the trainer; ``device``, ``threads``, ``distributed`` and ``processes`` are read.
    """
    environment = {**os.environ, **_ALWAYS, "PYTHONPATH": _python_path()}
    threads = str(options["threads"] or max(1, physical_cores() // options["processes"]))
    environment |= {"OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    if _trains_on_cpu(options["device"]):
        glibc = platform.libc_ver()[0] == "glibc"
        environment = _ON_CPU | (_KEEP_FREED_MEMORY if glibc else {}) | environment
    index = options["device"].removeprefix("cuda:")
    if options["distributed"] != "none":
        return environment  # each process takes the device of its rank, among those that the caller sees
    if index.isdecimal():
        environment["CUDA_VISIBLE_DEVICES"] = _visible(int(index))
    elif options["device"] in ("auto", "cuda"):
        # TRL refuses to run where one process sees several GPUs.
        environment["CUDA_VISIBLE_DEVICES"] = _visible(0)
    return environment


def _visible(index: int) -> str:
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return str(index)
    devices = listed.split(",")
    return devices[index] if index < len(devices) else ""


def _trains_on_cpu(device: str) -> bool:
    # The caller must not import torch to find out; these files are there where a driver for its devices is.
    accelerated = any(Path(driver).exists() for driver in ("/dev/nvidiactl", "/dev/kfd"))
    return device == "cpu" or (device == "auto" and not accelerated)


def _python_path() -> str:
    """Make the child import the crabtk and the plugin that the caller imported, installed or not."""
    roots = [str(Path(str(module.__file__)).parents[1]) for module in (sys.modules[__package__], crabtk)]
    given = os.environ.get("PYTHONPATH")
    return os.pathsep.join(dict.fromkeys([*roots, *([given] if given else [])]))
