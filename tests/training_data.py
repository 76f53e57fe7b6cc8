"""Small files in the format of each set of data that training/ learns from; `write_sets` writes all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.questions import is_held_out

WEATHER = "It rained on the harbour that day and the boats lay side by side until the wind had turned again at night."

_TITLES = [f"Port_of_Oskell_{number}" for number in range(400)]
#: Titles as files have them, and of which none is learned from.
HELD_OUT = [title for title in _TITLES if is_held_out(title.replace("_", " "))][:3]
LEARNED = [title for title in _TITLES if not is_held_out(title.replace("_", " "))][:6]

TALE = "Once there was a king\nwho had a golden ring.\n\nHe lost it in the deep well because he ran too fast."
EVIDENCE = [
    "Odo Crail was a captain of the harbour of Oskell in 1874 .",
    "Oskell is a town with a harbour and a lighthouse on a reef .",
    "Hester Vayle wrote three novels on the lighthouse of Ulverne .",
    "Marta Pell taught at the school of Ulverne for twenty years .",
]
SIMPLE = "The old ferry stopped on Monday because its engine was broken."
HARD = "The ageing ferry ceased to run on Monday as a result of a defective engine."
NEWS = f"Oskell has a harbour. {HARD} The captain Odo Crail apologised. Nobody was hurt in the accident at all."


def write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write a JSON Lines file into a folder, which is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def write_json(path: Path, value: object) -> Path:
    """Write a JSON file into a folder, which is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def place(text: str, answer: str) -> dict[str, Any]:
    """An answer where it stands, as SQuAD tells it."""
    return {"text": answer, "answer_start": text.index(answer)}


def article(title: str, number: int, impossible: bool = False) -> dict[str, Any]:
    """Five paragraphs of a title, two questions each, and one that has no answer where that is wanted."""
    paragraphs = []
    for year in range(1800 + number, 1805 + number):
        keeper, vessel = f"Odo Crail{year % 7}", f"ferry Number {year}"
        text = f"{WEATHER} In {year} the {vessel} was raised by {keeper} at {title.replace('_', ' ')}. {WEATHER}"
        asked = ((f"Who raised the {vessel}?", keeper), (f"When was the {vessel} raised?", str(year)))
        questions: list[dict[str, Any]] = [
            {"id": f"{title}-{year}-{at}", "question": question, "answers": [place(text, answer)]}
            for at, (question, answer) in enumerate(asked)
        ]
        if impossible:
            told = {"id": f"{title}-{year}-none", "question": f"Who sank the {vessel}?", "answers": []}
            questions.append({**told, "is_impossible": True})
        paragraphs.append({"context": text, "qas": questions})
    return {"title": title, "paragraphs": paragraphs}


def missed(title: str, number: int) -> dict[str, Any]:
    """A near-miss that people wrote, with its answered twin."""
    context = f"{WEATHER} The tunnel of {1900 + number} was dug by Marta Pell. {WEATHER}"
    return {
        "split": "train",
        "title": title,
        "context": context,
        "answerable_question": f"Who dug the tunnel of {1900 + number}?",
        "answers": [place(context, "Marta Pell")],
        "unanswerable_question": f"Who did n't dig the tunnel of {1900 + number} , Marta Pell 's son ?",
    }


def tale(question: str, answer: str, how: str = "explicit", passage: str = TALE) -> dict[str, Any]:
    """A row of FairytaleQA."""
    return {"passage": passage, "question": question, "answers": [answer, answer], "ex_or_im": how}


def search(question: str, answers: list[str], text: str, title: str = "Oskell") -> dict[str, Any]:
    """A row of NQ-open with its passage."""
    return {"question": question, "answers": answers, "ctxs": [{"title": title, "text": text}]}


def amr(number: int, sentence: str, question: str, answer: str) -> dict[str, Any]:
    """A row of QAMR."""
    return {"sentence_id": f"Wiki:{number}", "sentence": sentence, "question": question, "answer": answer}


def coreference(*asked: tuple[str, list[str]], text: str) -> dict[str, Any]:
    """A file of Quoref."""
    questions = [
        {"id": f"{number}", "question": question, "answers": [place(text, answer) for answer in answers]}
        for number, (question, answers) in enumerate(asked)
    ]
    return {"data": [{"title": "A tale", "paragraphs": [{"context": text, "qas": questions}]}]}


def fooled(text: str, label: str, gold: str) -> dict[str, Any]:
    """A row of Fool Me Twice."""
    near = [{"text": f"Beside it stands the sentence number {number}."} for number in range(5)]
    return {"text": text, "label": label, "gold_evidence": [{"text": gold}], "retrieved_evidence": near}


def symmetric(field: str) -> list[dict[str, Any]]:
    """Rows of one of FEVER-Symmetric's files, whose evidence is in the field."""
    return [
        {"claim": f"Odo Crail was a captain ({field}).", "label": "SUPPORTS", field: EVIDENCE[0]},
        {"claim": f"Odo Crail was a cook ({field}).", "label": "REFUTES", field: EVIDENCE[0]},
    ]


def write_sets(folder: Path) -> Path:
    """Write all sets of data, each into its subfolder; returns the folder."""
    squad = [article(title, 7 * at) for at, title in enumerate([*HELD_OUT, *LEARNED])]
    write_json(folder / "squad" / "train-v1.1.json", {"version": "1.1", "data": squad})
    dev = {"version": "2.0", "data": [article("Dev", 90, impossible=True)]}
    write_json(folder / "squad" / "dev-v2.0.json", dev)
    write_lines(
        folder / "squad2_unanswerable_pairs" / "pairs.jsonl",
        [missed(title, number) for title in [*HELD_OUT, *LEARNED] for number in range(3)],
    )
    write_lines(
        folder / "fairytaleqa" / "qa.jsonl",
        [tale("Why did he lose the ring?", "he ran too fast."), tale("Who lost the ring?", "the king", "implicit")],
    )
    write_lines(
        folder / "nq_open_oracle" / "nq-open-oracle.jsonl",
        [search("who dug the tunnel of oskell", ["Pell", "Marta Pell"], "The tunnel was dug by Marta Pell in 1874.")],
    )
    write_json(
        folder / "quoref_dev" / "quoref-dev-v0.1.json",
        coreference(("Who sailed home?", ["Odo Crail"]), text="Odo Crail left. He sailed home."),
    )
    write_lines(folder / "gum_wikinews" / "articles.jsonl", [{"text": NEWS}])
    write_lines(
        folder / "qamr" / "qa.jsonl",
        [
            amr(1, "The ferry , which is old , sank .", "What is old?", "The ferry"),
            amr(2, HARD, "What ceased?", "ferry"),
        ],
    )
    claims = [("Odo Crail was a captain.", 0, True), ("Oskell has no harbour.", 1, False), ("A novel.", 2, True)]
    write_lines(
        folder / "fever_dev_pairs" / "pairs.jsonl",
        [{"claim": claim, "evidence": EVIDENCE[number], "supported": right} for claim, number, right in claims],
    )
    for part, field in (("generated", "evidence_sentence"), ("dev", "evidence"), ("test", "evidence")):
        write_lines(folder / "fever_symmetric" / f"fever_symmetric_{part}.jsonl", symmetric(field))
    for part in ("dev", "test"):
        rows = [fooled("It ran.", "SUPPORTS", "It did run."), fooled("It sank.", "REFUTES", "It did not sink.")]
        write_lines(folder / "fool_me_twice" / f"{part}.jsonl", rows)
    write_lines(folder / "onestopenglish" / "texts.jsonl", [{"text_id": "Ferry", "level": "adv", "text": NEWS}])
    for levels in ("ADV-ELE", "ADV-INT", "ELE-INT"):
        rows = [{"a": HARD, "b": SIMPLE, "overlaps_onestopqa": False}]
        write_lines(folder / "onestopenglish" / f"aligned.{levels}.jsonl", rows)
    return folder
