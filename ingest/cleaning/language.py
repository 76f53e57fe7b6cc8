"""Detect the language of a text with py3langid."""

from __future__ import annotations

import functools
import tempfile
import threading
from typing import Any

from ingest.base.errors import EmbedderError

# The main languages of news; fewer choices make detection in short texts more reliable.
LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

_lock = threading.Lock()


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:  # otherwise an error would be reported for every file
        raise EmbedderError(
            f"the model that detects languages cannot be unpacked in {tempfile.gettempdir()}: {error}. Free 70 MB "
            "there, or set TMPDIR to another folder"
        ) from None
    identifier.set_languages(list(LANGUAGES))
    return identifier


def detect_language(text: str) -> tuple[str, float]:
    """Detect the most likely language of a text.

    Returns:
        ISO 639-1 code and probability in 0..1.

    Raises:
        EmbedderError: the language model cannot be loaded.
    """
    with _lock:
        code, probability = _identifier().classify(text[:2000])
    return str(code), float(probability)
