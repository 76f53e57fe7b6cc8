"""What the commands of training/ share."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from evals.datasets.base import DataMissing

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def parser(name: str, about: str | None) -> argparse.ArgumentParser:
    """A parser of options.

    Args:
        name: of the command's module.
        about: the module's docstring.
    """
    return argparse.ArgumentParser(
        prog=f"python -m training.{name}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def fail(message: str, status: int = 1) -> int:
    """Print an error in one line; return the exit status.

    Args:
        message: what is wrong, and what to do.
        status: 1 for missing data, 2 for an invalid option.
    """
    print(f"training: {message}", file=sys.stderr)
    return status


def load_tokenizer(folder: Path) -> Tokenizer:
    """The encoder's tokenizer, without truncation and padding.

    Raises:
        DataMissing: the folder has none, or it is damaged.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise DataMissing(f"{path} does not exist; name a folder of an encoder in Hugging Face format")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises nothing more special
        raise DataMissing(f"{path} cannot be read: {error}; download it again") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
