"""Files of the product that evals and benchmarks name are there."""

from __future__ import annotations

import re

import pytest

from benchmarks.ingest import STEPS
from evals.cache import _SHAPING
from tests.conftest import ROOT


@pytest.mark.parametrize("pattern", _SHAPING)
def test_code_that_shapes_an_archive_is_there(pattern: str) -> None:
    assert list((ROOT / "ingest").glob(pattern))


@pytest.mark.parametrize(("file", "function"), STEPS.values())
def test_steps_of_ingestion_are_there(file: str, function: str) -> None:
    assert re.search(rf"    def {function}\(|^def {function}\(", (ROOT / "ingest" / file).read_text(), re.MULTILINE)
