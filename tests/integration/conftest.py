"""What tests of fetching share: a site on this machine, and what may fetch from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.sources.fetching.fetcher import Fetcher
from tests.web import HERE, Site, serving


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """One that may fetch from this machine, and waits for nothing."""
    with Fetcher(allow=HERE, delay=0, backoff=0.01, seconds=60) as opened:
        yield opened
