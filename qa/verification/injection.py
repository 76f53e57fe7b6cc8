"""Detect prompt injection: sentences of an article that give instructions to a model.

No list of patterns is complete. What they miss is still subject to the fence, the rules of the prompt and the check of
every sentence; what they match by mistake is only left out of the prompt, and can still be quoted.
"""

from __future__ import annotations

import logging
import re

from ingest.chunking.sentences import sentence_spans

# From here on a text imitates another role of the conversation, or another passage.
_IMITATES = re.compile(
    r"<\|[^|>\n]{1,40}\|>|</?s>|<<SYS>>|\[/?INST\]|\[\[\s*(?:\w+ )?(?:end of )?passage\b"
    r"|^\s*#{2,}\s*(?:system|instruction)",
    re.IGNORECASE | re.MULTILINE,
)
_ORDERS = re.compile(
    r"\b(?:ignor\w*|disregard\w*|forget\w*|olvid\w*|vergiss\w*|vergessen)\b.{0,60}"
    r"\b(?:instruction|prompt|rule|order|guideline|direction|anweisung|instruc|consigne|direktive)\w*"
    r"|忽略.{0,12}指示|^\W*(?:system|assistant|developer|user)\s*:"
    r"|\b(?:you are|you're|act as) (?:now )?(?:dan\b|an? (?:ai|assistant|language model)|no longer)"
    r"|\byou (?:must|should|shall|will) (?:now )?(?:say|write|answer|reply|respond|tell|repeat|state|output|print)\b"
    r"|\byour (?:new )?(?:task|instructions?|rules|system prompt|prompt)\b|\bsystem prompt\b"
    r"|\b(?:answer|reply|response) to (?:any|every|all) questions?\b|\banswer (?:every|any|all|each) questions?\b"
    r"|^\W*(?:please )?(?:write|say|state|claim|reply|respond|answer|output|print|repeat|append|encode|insert|put|end"
    r"|begin|start|add|cite|include|translate|summari[sz]e)\b.{0,80}\b(?:that|only|every|with|your|you|the text"
    r"|the user|the question|passage|answer|conversation|response)\b"
    r"|\b(?:tell|inform) (?:the )?(?:readers?|users?)\b|\breaders? must be told\b|\bthe (?:passage|text) above\b",
    re.IGNORECASE,
)

_log = logging.getLogger(__name__)


def without_injection(text: str) -> str:
    """A passage or headline without the sentences that look like prompt injection."""
    return split_injection(text)[0]


def split_injection(text: str) -> tuple[str, str]:
    """A passage or headline without the sentences that look like prompt injection, and these sentences."""
    imitation = _IMITATES.search(text)
    read = text[: imitation.start()] if imitation else text
    spans = sentence_spans(read)
    kept = [span for span in spans if not _ORDERS.search(read[slice(*span)])]
    if imitation is None and len(kept) == len(spans):
        return text, ""
    _log.info(
        "left out %d sentences of a passage that look like prompt injection", len(sentence_spans(text)) - len(kept)
    )
    orders = [read[slice(*span)] for span in spans if span not in kept]
    return " ".join(read[slice(*span)] for span in kept), " ".join([*orders, text[len(read) :]]).strip()
