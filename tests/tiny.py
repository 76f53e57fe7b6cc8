"""A tokenizer and models that are as small as they can be, made where they are needed; they know letters, no words."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
MPNET = ("<s>", "<pad>", "</s>", "[UNK]", "<mask>")  # the first pieces of MPNet, in its order
LETTERS = string.ascii_lowercase + string.digits + "абвгдежзийклмнопрстуфхцчшщъыьэюя"


def vocabulary(words: Iterable[str] = (), special: Iterable[str] = tuple(SPECIAL.values())) -> dict[str, int]:
    """Word pieces with their ids: the special ones, one a letter, figure or mark, and these words."""
    letters = [*special, *LETTERS, *string.punctuation, *(f"##{letter}" for letter in LETTERS)]
    return {piece: number for number, piece in enumerate(dict.fromkeys([*letters, *words]))}


def tiny_tokenizer(words: Iterable[str] = (), special: Iterable[str] = tuple(SPECIAL.values())) -> Tokenizer:
    """A WordPiece tokenizer that neither cuts nor pads; each letter of a text is a word piece, but for these words."""
    pieces = vocabulary(words, special)
    tokenizer = Tokenizer(WordPiece(pieces, unk_token=SPECIAL["unk_token"], max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    opening, closing = ("[CLS]", "[SEP]") if "[CLS]" in pieces else ("<s>", "</s>")
    tokenizer.post_processor = BertProcessing((closing, pieces[closing]), (opening, pieces[opening]))
    tokenizer.add_special_tokens(list(special))
    return tokenizer


def save_transformers(folder: Path, kind: str, positions: int = 512, longest: int | None = 512) -> Path:
    """A folder with a Bert of one layer and its tokenizer.

    Args:
        folder: is made.
        kind: transformers' class, such as `BertForQuestionAnswering`.
        positions: word pieces that the model can read.
        longest: what the tokenizer tells of that.
    """
    import torch
    import transformers

    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary()),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=positions,
        initializer_range=0.5,  # so that scores differ
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    told = {} if longest is None else {"model_max_length": longest}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tiny_tokenizer(), **SPECIAL, **told).save_pretrained(folder)
    return folder


def save_mpnet(folder: Path, words: Iterable[str] = (), hidden: int = 96) -> Path:
    """A folder with an MPNet of three blocks and its tokenizer, as all-mpnet-base-v2 is published.

    Args:
        folder: is made.
        words: word pieces beside letters.
        hidden: values of a word piece; with 96, its matrices are large enough to be kept in int8.
    """
    import torch
    import transformers

    torch.manual_seed(7)
    tokenizer = tiny_tokenizer(words, MPNET)
    config = transformers.MPNetConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=hidden,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=2 * hidden,
        max_position_embeddings=514,
        initializer_range=0.1,  # so that scores differ
    )
    transformers.MPNetModel(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def save_onnx(folder: Path, opening: str, closing: str) -> dict[str, str]:
    """A folder as `OnnxSpanModel` wants it; its model marks from one word piece to another.

    Args:
        folder: is made.
        opening: the word piece that a span begins with: 5 as a start, where all others are -5.
        closing: the same for its end.

    Returns:
        Sha256 of both files.
    """
    import onnx
    from onnx import TensorProto, helper

    folder.mkdir(parents=True)
    constants = [
        helper.make_tensor("opening", TensorProto.INT64, [], [vocabulary()[opening]]),
        helper.make_tensor("closing", TensorProto.INT64, [], [vocabulary()[closing]]),
        helper.make_tensor("ten", TensorProto.FLOAT, [], [10.0]),
        helper.make_tensor("five", TensorProto.FLOAT, [], [5.0]),
    ]
    nodes = []
    for piece, out in (("opening", "starts"), ("closing", "ends")):
        nodes += [
            helper.make_node("Equal", ["ids", piece], [f"{out}.equal"]),
            helper.make_node("Cast", [f"{out}.equal"], [f"{out}.cast"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}.cast", "ten"], [f"{out}.ten"]),
            helper.make_node("Sub", [f"{out}.ten", "five"], [out]),
        ]
    shape = ["inputs", "length"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask", "types")]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("starts", "ends")]
    graph = helper.make_graph(nodes, "marks", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "reader.onnx"))
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("reader.onnx", "tokenizer.json")
    }
