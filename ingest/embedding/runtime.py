"""What runs the shipped models on few cores: sessions of onnxruntime, and OpenVINO without its telemetry."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def open_session(path: Path, threads: int) -> Any:
    """A session of a model's file.

    Args:
        path: an ONNX model.
        threads: for one run; with 1 a run stays in the thread that calls it, and several may run at once.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that wait without turning leave the cores to what else a question needs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load_openvino() -> Any:
    """The module openvino, which tells Google of each import unless its telemetry is missing; so that is kept out.

    Raises:
        ImportError: it is not installed, or does not load on this machine.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # importing it fails from now on
    import openvino

    return openvino
