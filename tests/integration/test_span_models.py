"""The models that mark spans: the installed one, and any other that `DATELINE_READER` names."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive.archive import Found
from ingest.base.article import Article
from ingest.base.settings import Settings
from ingest.chunking.passages import split_passages
from ingest.embedding.embeddings import load_embedder
from qa.question.limits import MAX_QUESTION
from qa.question.question import Question
from qa.reader.reader import load_reader
from qa.reader.span_decoding import Mark
from qa.reader.span_inputs import Page
from qa.reader.span_models import OnnxSpanModel, ReaderError, SpanModel, TransformersSpanModel, load_span_model
from qa.retrieval.retrieval import Candidate
from tests.examples import examples
from tests.tiny import save_onnx, save_transformers

STORY = "The ferry ran aground off Oskell on Monday. Its captain, Odo Crail, resigned a day later."
LONG = "The ferry " + "and the harbour and the reef " * 800 + "sank."  # one sentence of about 4,800 words
QUESTION = "Who resigned?"

# What is read, by what is bad about it.
PAGES = {
    "another language": Page("Паром (21 July 2020)", "Паром сел на мель у острова в понедельник. Капитан ушёл."),
    "another script": Page("渡轮", "渡轮星期一在岛附近搁浅。船长辞职。"),
    "right to left": Page("", "غرقت العبارة يوم الاثنين قبالة الجزيرة."),
    "accents": Page("Fährunglück", "Die Fähre lief auf Grund. Der Kapitän trat zurück – ﬁnally, İstanbul é è."),
    "symbols": Page("***", "*** --- §§ ¶¶ … !!! ??? 🚢🚢🚢 €€€ \u200b\ufeff"),
    "no words": Page("", ""),
    "blanks": Page("News", " \n\t \u00a0"),
    "a long sentence": Page("Ferry", LONG),
    "a long word": Page("Ferry", "o" * 5_000),
    "a long headline": Page("the ferry sank " * 400, STORY),
    "control characters": Page("News\x00", "The \x00ferry\x07 sank.\r\nIt\ud7ff did."),
    "the model's own marks": Page("[SEP] [CLS]", "[CLS] The ferry [SEP] sank [MASK] [PAD]. [UNK]"),
    "plain news": Page("Ferry runs aground (21 July 2020)", STORY),
}
QUESTIONS = {
    "plain": QUESTION,
    "2,000 characters": ("Who resigned in March and " * 100)[: MAX_QUESTION - 1] + "?",
    "one word of 2,000": "o" * MAX_QUESTION,
    "another script": "谁辞职了?",
    "symbols": "??? 🚢 ***",
}


def check(found: Sequence[Sequence[Mark]], pages: Sequence[Page], count: int = 3) -> None:
    """Each page has its own marks, the best first, within its text."""
    assert len(found) == len(pages)
    for number, (marks, page) in enumerate(zip(found, pages, strict=True)):
        assert len(marks) <= count
        assert [mark.score for mark in marks] == sorted((mark.score for mark in marks), reverse=True)
        assert len({mark.span for mark in marks}) == len(marks)
        for mark in marks:
            assert mark.page == number
            assert 0 <= mark.span[0] < mark.span[1] <= len(page.text)


# Another model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_transformers(tmp_path_factory.mktemp("models") / "tiny", "BertForQuestionAnswering")


@pytest.fixture(scope="module")
def other(folder: Path) -> TransformersSpanModel:
    return TransformersSpanModel(str(folder))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("page", PAGES)
def test_another_model_marks_within_the_text_whatever_it_is(
    other: TransformersSpanModel, question: str, page: str
) -> None:
    pages = [PAGES[page]]
    check(other.mark(QUESTIONS[question], pages), pages)


@given(st.text(max_size=300), st.text(max_size=60), st.text(min_size=1, max_size=60))
@examples(40)
def test_another_model_marks_within_any_text(
    other: TransformersSpanModel, text: str, heading: str, question: str
) -> None:
    check(other.mark(question, [Page(heading, text)]), [Page(heading, text)])


def test_another_model_reads_a_long_text_to_its_end(folder: Path, other: TransformersSpanModel) -> None:
    spans = [mark.span for mark in other.mark(QUESTION, [Page("", LONG)], 200)[0]]
    assert max(end for _, end in spans) > len(LONG) // 2


def test_another_model_gives_marks_for_each_page_in_its_order(other: TransformersSpanModel) -> None:
    pages = list(PAGES.values())
    found = other.mark(QUESTION, pages)
    check(found, pages)
    assert found[list(PAGES).index("plain news")]
    assert not found[list(PAGES).index("no words")]
    assert other.mark(QUESTION, []) == []


def test_nothing_in_a_headline_is_marked(other: TransformersSpanModel) -> None:
    page = Page("Odo Crail resigns", STORY)
    words = [STORY[slice(*mark.span)] for mark in other.mark(QUESTION, [page], 50)[0]]
    assert words
    assert all(word in STORY and word == word.strip() for word in words)


def test_another_model_serves_many_threads_with_the_same_results(other: TransformersSpanModel) -> None:
    pages = [PAGES["plain news"], PAGES["another language"], PAGES["a long word"]]
    asked = [QUESTIONS["plain"], QUESTIONS["2,000 characters"], "When did it sink?", "Where?"]
    expected = [other.mark(question, pages) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda question: other.mark(question, pages), asked * 40))
    assert found == expected * 40


def test_the_reader_that_the_settings_name_reads(folder: Path, tmp_path: Path) -> None:
    reader = load_reader(Settings.load(tmp_path, {"DATELINE_READER": str(folder)}).reader, load_embedder())
    article = Article(identity="a", headline="Ferry runs aground", text=STORY)
    candidates = [Candidate(Found(passage, article), 1.0) for passage in split_passages(article)]
    for question in (QUESTION, "Why did it sink?"):
        evidence = reader.read(Question.parse(question), candidates)
        assert evidence
        for each in evidence:
            assert STORY[slice(*each.span)] == each.quote
            assert 0 <= each.confidence <= 1


def test_a_folder_may_be_named_from_where_one_stands(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    chosen = Settings.load(tmp_path, {"DATELINE_READER": folder.name})
    monkeypatch.chdir(tmp_path)
    assert load_span_model(chosen.reader).name == str(folder)


def test_another_model_is_loaded_once(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        models = set(pool.map(id, pool.map(lambda _: load_span_model(str(folder)), range(8))))
    assert len(models) == 1


@pytest.mark.parametrize(("positions", "longest"), [(128, None), (128, 128), (128, 512)])
def test_a_model_that_reads_less_is_given_less(tmp_path: Path, positions: int, longest: int | None) -> None:
    small = save_transformers(tmp_path / "small", "BertForQuestionAnswering", positions, longest)
    pages = [PAGES["plain news"], PAGES["a long word"], PAGES["a long headline"]]
    model = TransformersSpanModel(str(small))
    for question in QUESTIONS.values():
        check(model.mark(question, pages), pages)


def test_a_model_without_a_layer_that_marks_is_refused(tmp_path: Path) -> None:
    plain = save_transformers(tmp_path / "plain", "BertModel")
    with pytest.raises(
        ReaderError, match=r"has no layer that marks spans: its weights lack .*; DATELINE_READER takes a model for"
    ) as told:
        load_span_model(str(plain))
    assert str(plain) in str(told.value)


def _empty(folder: Path) -> None:
    folder.mkdir()


def _text(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("no model")


def _broken_config(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    (folder / "config.json").write_text("{")


def _unknown_kind(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    (folder / "config.json").write_text('{"model_type": "abacus"}')


def _broken_weights(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    (folder / "model.safetensors").write_bytes(b"no weights at all")


def _cut_weights(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _no_weights(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    (folder / "model.safetensors").unlink()


def _broken_tokenizer(folder: Path) -> None:
    save_transformers(folder, "BertForQuestionAnswering")
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')


def _file(folder: Path) -> None:
    folder.write_text("no folder")


@pytest.mark.parametrize(
    "make",
    [
        _empty, _text, _file, _broken_config, _unknown_kind, _broken_weights, _cut_weights, _no_weights,
        _broken_tokenizer,
    ],
)  # fmt: skip
def test_what_is_no_model_is_told_with_what_to_do(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "model")
    with pytest.raises(ReaderError, match="DATELINE_READER takes a folder or a hub's name of an extractive") as told:
        load_span_model(str(tmp_path / "model"))
    assert "model' does not load: " in str(told.value)
    assert "leave it out for the shipped reader" in str(told.value)


def test_a_model_without_its_tokenizer_is_told(tmp_path: Path) -> None:
    folder = save_transformers(tmp_path / "model", "BertForQuestionAnswering")
    for path in folder.glob("token*"):
        path.unlink()
    with pytest.raises(ReaderError, match="tokenizer"):
        load_span_model(str(folder))


def test_a_name_that_was_never_downloaded_is_told() -> None:
    with pytest.raises(ReaderError, match="'nobody/no-model' does not load"):
        load_span_model("nobody/no-model")


class Hub(BaseHTTPRequestHandler):
    """A hub that has nothing."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - so it is called


@pytest.fixture
def hub() -> Iterator[str]:
    """Its address."""
    Hub.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


NOWHERE = """
from qa.reader.span_models import ReaderError, load_span_model
try:
    load_span_model("nobody/no-model")
except ReaderError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize(("offline", "asked"), [("0", True), ("1", False)])
def test_the_hub_is_asked_for_a_name_that_is_not_here_unless_it_is_switched_off(
    run: Callable[..., CompletedProcess[str]], hub: str, offline: str, asked: bool
) -> None:
    done = run("-c", NOWHERE, HF_HUB_OFFLINE=offline, HF_ENDPOINT=hub)
    assert done.stdout.startswith("refused: the reader 'nobody/no-model' does not load"), done.stderr[-2_000:]
    assert any("no-model" in path for path in Hub.asked) is asked


FROM_FOLDER = """
import sys
from qa.reader.span_models import load_span_model
print(load_span_model(sys.argv[1]).name)
"""


def test_a_folder_is_loaded_without_asking_anybody(
    run: Callable[..., CompletedProcess[str]], hub: str, folder: Path
) -> None:
    done = run("-c", FROM_FOLDER, folder, HF_HUB_OFFLINE="0", HF_ENDPOINT=hub)
    assert done.stdout == f"{folder}\n", done.stderr[-2_000:]
    assert Hub.asked == []


# The installed model's own way of reading, with a model that marks from the letter x to the letter y


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> OnnxSpanModel:
    place = tmp_path_factory.mktemp("letters") / "weights"
    return OnnxSpanModel(place, save_onnx(place, "x", "y"))


def test_spans_stand_where_their_words_are(letters: OnnxSpanModel) -> None:
    pages = [Page("x y", "é “x b y” c"), Page("", "no such letter"), Page("", ""), Page("", "🚢 x y; x c y")]
    found = letters.mark("x y ?", pages)
    check(found, pages)
    best = [[page.text[slice(*m.span)] for m in marks if m.score > 0] for page, marks in zip(pages, found, strict=True)]
    assert best == [["x b y"], [], [], ["x y", "x c y"]]
    assert found[0][0].score == 10.0
    assert all(mark.score < 0 for mark in found[1])


@pytest.mark.parametrize("at", [0, 250, 256, 310, 319, 320, 575, 576, 990])
def test_in_a_long_text_a_span_is_found_once_wherever_it_is(letters: OnnxSpanModel, at: int) -> None:
    words = ["a"] * 1_000
    words[at : at + 3] = ["x", "b", "y"]
    page = Page("Ferry", " ".join(words))
    (marks,) = letters.mark(QUESTION, [page])
    assert [page.text[slice(*mark.span)] for mark in marks if mark.score > 0] == ["x b y"]
    assert marks[0].span == (2 * at, 2 * at + 5)


def test_a_page_gets_the_same_marks_alone_and_among_others(letters: OnnxSpanModel) -> None:
    pages = [Page(f"Day {n}", f"{'a ' * (37 * n % 90)}x {'b ' * (n % 7)}y") for n in range(40)]
    together = letters.mark(QUESTION, pages)
    for number, page in enumerate(pages):
        (alone,) = letters.mark(QUESTION, [page])
        assert [(mark.span, mark.score) for mark in together[number]] == [(mark.span, mark.score) for mark in alone]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_no_more_spans_are_given_than_were_asked_for(letters: OnnxSpanModel, count: int) -> None:
    (marks,) = letters.mark(QUESTION, [Page("", "x y " * 10)], count)
    assert len(marks) == count


def test_a_mark_of_the_models_own_in_an_article_is_read_as_words(tmp_path: Path) -> None:
    model = OnnxSpanModel(tmp_path / "weights", save_onnx(tmp_path / "weights", "[SEP]", "[SEP]"))
    (marks,) = model.mark(QUESTION, [Page("", "It said [SEP] on the hull.")])
    assert all(mark.score < 0 for mark in marks)


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_a_missing_file_is_named_with_how_to_repair_it(tmp_path: Path, name: str) -> None:
    sha256 = save_onnx(tmp_path / "weights", "x", "y")
    (tmp_path / "weights" / name).unlink()
    with pytest.raises(ReaderError) as told:
        OnnxSpanModel(tmp_path / "weights", sha256)
    assert f"{tmp_path / 'weights' / name} is missing. " in str(told.value)
    assert "pip install --force-reinstall --no-deps dateline" in str(told.value)


@pytest.mark.parametrize("name", ["reader.onnx", "tokenizer.json"])
def test_an_altered_file_is_named_with_how_to_repair_it(tmp_path: Path, name: str) -> None:
    sha256 = save_onnx(tmp_path / "weights", "x", "y")
    path = tmp_path / "weights" / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ReaderError) as told:
        OnnxSpanModel(tmp_path / "weights", sha256)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"{path} was altered: its sha256 is {found}, expected {sha256[name]}. " in str(told.value)
    assert "pip install --force-reinstall --no-deps dateline" in str(told.value)


def test_other_weights_are_not_taken_for_the_installed_ones(tmp_path: Path) -> None:
    save_onnx(tmp_path / "weights", "x", "y")
    with pytest.raises(ReaderError, match=r"reader\.onnx was altered"):
        OnnxSpanModel(tmp_path / "weights")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"reader\.onnx is missing"):
        OnnxSpanModel(tmp_path / "nowhere")


# The model that is installed


@pytest.fixture(scope="module")
def installed() -> SpanModel:
    return load_span_model()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_installed_model_marks_within_the_text_whatever_it_is(installed: SpanModel, question: str) -> None:
    pages = list(PAGES.values())
    check(installed.mark(QUESTIONS[question], pages), pages)


@given(st.text(max_size=200), st.text(max_size=40), st.text(min_size=1, max_size=40))
@examples(25)
def test_the_installed_model_marks_within_any_text(
    installed: SpanModel, text: str, heading: str, question: str
) -> None:
    check(installed.mark(question, [Page(heading, text)]), [Page(heading, text)])


@pytest.mark.parametrize(
    ("question", "answer"),
    [("Who resigned?", "Odo Crail"), ("Where did the ferry run aground?", "Oskell"), ("When did it sink?", "Monday")],
)
def test_the_installed_model_marks_what_answers(installed: SpanModel, question: str, answer: str) -> None:
    best = installed.mark(question, [PAGES["plain news"]])[0][0]
    assert answer in STORY[slice(*best.span)]


def test_what_answers_scores_above_what_does_not(installed: SpanModel) -> None:
    pages = [Page("Library", "The assembly voted for a new library after a long debate."), PAGES["plain news"]]
    unlike, like = installed.mark(QUESTION, pages)
    assert like[0].score > unlike[0].score


def test_the_installed_model_finds_what_stands_at_the_end_of_a_long_text(installed: SpanModel) -> None:
    text = "The harbour of Oskell was quiet, and nobody came. " * 100 + STORY
    best = installed.mark("Which captain resigned?", [Page("Ferry", text)])[0][0]
    assert text[slice(*best.span)] in ("Odo Crail", "Its captain, Odo Crail", "captain, Odo Crail")


def test_the_installed_model_serves_many_threads_with_the_same_results(installed: SpanModel) -> None:
    pages = [PAGES[name] for name in ("plain news", "another language", "symbols", "a long headline")]
    asked = [QUESTION, "When did it sink?", "Where?", QUESTIONS["2,000 characters"]] * 8
    expected = [installed.mark(question, pages) for question in asked]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: installed.mark(question, pages), asked)) == expected


def test_the_installed_model_is_loaded_once(installed: SpanModel) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: load_span_model() is installed, range(8)))


def test_the_installed_model_is_the_reader_where_none_is_named(installed: SpanModel, tmp_path: Path) -> None:
    assert installed.name == Settings.load(tmp_path, {}).reader == ""
    reader = load_reader(Settings.load(tmp_path, {}).reader, load_embedder())
    article = Article(identity="a", headline="Ferry runs aground", text=STORY)
    candidates = [Candidate(Found(passage, article), 1.0) for passage in split_passages(article)]
    best = reader.read(Question.parse(QUESTION), candidates)[0]
    assert best.short == "Odo Crail"
    assert STORY[slice(*best.span)] == best.quote


FRESH = """
import sys
from qa.reader.span_inputs import Page
from qa.reader.span_models import load_span_model
print(load_span_model().mark("Who resigned?", [Page("Ferry", "Odo Crail resigned on Monday.")])[0][0].span)
print(*[name for name in ("torch", "transformers") if name in sys.modules])
"""


def test_the_installed_model_needs_neither_torch_nor_transformers(run: Callable[..., CompletedProcess[str]]) -> None:
    done = run("-c", FRESH, HF_HUB_OFFLINE="0")
    assert done.stdout.splitlines() == ["(0, 9)", ""], done.stderr[-2_000:]
