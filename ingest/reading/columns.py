"""Turn records of named values, from JSON Lines and CSV, into drafts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from ingest.base.columns import FIELDS
from ingest.cleaning.normalize import Draft
from ingest.reading.base import Source

_SHOWN = 20  # names of a record in a message
_LONGEST_SHOWN = 40  # characters of one


def find_columns(names: Collection[str], named: Mapping[str, str]) -> dict[str, str]:
    """Match the facts of an article with the columns of a record.

    Args:
        names: names of the record's columns.
        named: the user's names of columns, as fact -> column; other facts are matched by their usual names.

    Returns:
        The columns that exist, as fact -> column.
    """
    by_lower = {name.strip().lower(): name for name in reversed(list(names))}
    columns = {}
    for fact, usual in FIELDS.items():
        if fact in named:
            candidates: tuple[str, ...] = (named[fact].lower(),)
        else:
            candidates = tuple(name for name in usual if by_lower.get(name) not in named.values())
        match = next((by_lower[name] for name in candidates if name in by_lower), None)
        if match is not None:
            columns[fact] = match
    return columns


def shortened(names: Collection[str]) -> str:
    """List the names of a record's columns in a message: only the first ones, with long names cut off."""
    shown = [repr(name[:_LONGEST_SHOWN]) + "…" * (len(name) > _LONGEST_SHOWN) for name in islice(names, _SHOWN)]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def to_draft(record: Mapping[str, Any], named: Mapping[str, str], source: Source, position: str) -> Draft:
    """Make a draft from one record; facts that the record does not have stay None.

    Args:
        record: values by column.
        named: the user's names of columns, as fact -> column.
        source: the file of the record.
        position: where in the file.

    Raises:
        KeyError: the record has no column for the text, or lacks one that the user named; the argument is the message.
    """
    columns = find_columns(record.keys(), named)
    missing = [f"{column!r} (for {fact})" for fact, column in named.items() if fact not in columns]
    if missing:
        raise KeyError(f"there is no {' and no '.join(missing)}; it has {shortened(record)}")
    if "text" not in columns:
        raise KeyError(f"no column holds the text; it has {shortened(record)}")
    facts = {fact: _as_text(record[column]) for fact, column in columns.items() if fact != "authors"}
    authors = _as_list(record[columns["authors"]]) if "authors" in columns else []
    own = facts.pop("id", None)
    named_by = own or (f"{facts['headline']}\n{facts.get('published')}" if facts.get("headline") else None)
    return Draft(
        text=facts.pop("text") or "",
        file=source.name,
        key=source.key_of(named_by, position),
        position=position,
        authors=authors,
        **facts,
    )


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Mapping):  # such as {"name": "The Herald"}
        return _as_text(value.get("name"))
    if isinstance(value, list):
        return ", ".join(text for text in map(_as_text, value) if text) or None
    return str(value).strip() or None


def _as_list(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for text in map(_as_text, value) if text]
    text = _as_text(value)
    return [name.strip() for name in text.replace(" and ", ";").replace(",", ";").split(";")] if text else []
