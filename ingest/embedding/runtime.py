"""Load the runtimes of the shipped models: onnxruntime for few cores, and OpenVINO without its telemetry."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2


def open_session(path: Path, threads: int) -> Any:
    """Open a model in onnxruntime.

    Args:
        path: an ONNX model.
        threads: threads for one run; with 1, a run stays in the thread that calls it, and several may run at once.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Waiting threads do not spin, which leaves the cores to other work.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def load_openvino() -> Any:
    """Import openvino without its telemetry, which would report each import to Google.

    Raises:
        ImportError: OpenVINO is not installed, or does not load on this machine.
    """
    if "openvino_telemetry" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment] # importing it fails from now on
    import openvino

    return openvino
