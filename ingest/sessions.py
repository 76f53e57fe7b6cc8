"""Sessions of onnxruntime on few cores."""

from __future__ import annotations

import os
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
