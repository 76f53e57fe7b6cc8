"""What `ingest` and `qa` offer."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

import ingest
import qa

PACKAGES = [ingest, qa]
EXPORTS = [(package, name) for package in PACKAGES for name in package.__all__]


@pytest.mark.parametrize(("package", "name"), EXPORTS)
def test_every_name_on_the_list_can_be_had(package: ModuleType, name: str) -> None:
    found = getattr(importlib.import_module(package.__name__), name)
    assert found.__name__ == name
    assert found.__module__.startswith(f"{package.__name__}.")


@pytest.mark.parametrize("package", PACKAGES)
def test_the_list_is_sorted_and_names_nothing_twice(package: ModuleType) -> None:
    assert package.__all__ == sorted(set(package.__all__))


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_offered_is_what_is_listed(package: ModuleType) -> None:
    assert dir(package) == package.__all__


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_not_there_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = package.nothing_of_the_kind


def test_the_lists_are_not_empty() -> None:
    assert {"Archive", "ingest"} <= set(ingest.__all__)
    assert {"Answer", "ask"} <= set(qa.__all__)
