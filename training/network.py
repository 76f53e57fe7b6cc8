"""The networks: MiniLM with different heads, and the loss of the reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils import logging

from training.features import Batch

_FLOOR = -1e4


class Reader(nn.Module):
    """An encoder and one linear layer, as in BERT for SQuAD (Devlin et al., NAACL 2019).

    The scores of `[CLS]` stand for "no answer here". They are subtracted from those of the passage's word pieces, so a
    score above 0 is likelier than no answer, and scores of several passages can be compared.
    """

    def __init__(self, folder: Path) -> None:
        """Args: folder: an encoder in Hugging Face format."""
        super().__init__()
        self.encoder = _encoder(folder)
        self.head = _head(self.encoder, 2)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        """Start and end scores relative to no answer, each of shape (n_inputs, length), float32.

        Args:
            ids: word pieces, shape (n_inputs, length).
            mask: 1 for word pieces, 0 for padding.
            types: 0 for the question, 1 for the passage.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        scores = self.head(hidden).float()
        scores = scores - scores[:, :1]
        return scores[..., 0], scores[..., 1]


class Verifier(nn.Module):
    """An encoder and one linear layer on `[CLS]`: whether a passage supports a statement."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: an encoder in Hugging Face format."""
        super().__init__()
        self.encoder = _encoder(folder)
        self.head = _head(self.encoder, 1)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Logits of support, shape (n_inputs,), float32.

        Args:
            ids: word pieces, shape (n_inputs, length).
            mask: 1 for word pieces, 0 for padding.
            types: 0 for the statement, 1 for the passage.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        scores: Tensor = self.head(hidden[:, 0]).float()[:, 0]
        return scores


class Embedder(nn.Module):
    """An encoder whose outputs are averaged to one vector of unit length, as all-MiniLM-L6-v2 is used."""

    def __init__(self, folder: Path) -> None:
        """Args: folder: an encoder in Hugging Face format."""
        super().__init__()
        self.encoder = _encoder(folder)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Vectors, shape (n_inputs, dimension), float32.

        Args:
            ids: word pieces, shape (n_inputs, length).
            mask: 1 for word pieces, 0 for padding.
        """
        types = torch.zeros_like(ids)
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * kept).sum(dim=1) / kept.sum(dim=1), dim=-1)


def _encoder(folder: Path) -> Any:
    """An encoder without dropout: the data is read about once, and drawing dropout takes a third of the time on a CPU.

    Attention is eager, which in bfloat16 on a CPU is faster than the fused one.
    """
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    return AutoModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        local_files_only=True,
    )


def _head(encoder: Any, outputs: int) -> nn.Linear:
    head = nn.Linear(encoder.config.hidden_size, outputs)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def loss(starts: Tensor, ends: Tensor, batch: Batch) -> Tensor:
    """Mean of the cross entropies of start and end, for each passage alone and for all passages of a question together.

    Source: the shared normalisation with a no-answer option of Clark and Gardner, "Simple and Effective Multi-Paragraph
    Reading Comprehension" (ACL 2018), added to the loss of a single-passage reader.

    Args:
        starts: start scores, shape (n_inputs, length).
        ends: end scores, shape (n_inputs, length).
        batch: the inputs and right answers.
    """
    alone = torch.arange(len(batch.ids), device=batch.ids.device)
    total = starts.new_zeros(())
    for scores, gold in ((starts, batch.starts), (ends, batch.ends)):
        total = total + _cross_entropy(scores, gold, batch.inside, alone, len(batch.ids))
        total = total + _cross_entropy(scores, gold, batch.inside, batch.group, batch.n_groups)
    return total / 4


def _cross_entropy(scores: Tensor, gold: Tensor, inside: Tensor, group: Tensor, n_groups: int) -> Tensor:
    """Cross entropy of each group over all its places and "no answer", whose score is 0; mean over groups."""
    open_ = scores.masked_fill(~inside, _FLOOR)
    peak = scores.new_zeros(n_groups).index_reduce(0, group, open_.amax(dim=1).detach(), "amax")
    summed = torch.exp(open_ - peak[group][:, None]).sum(dim=1)
    partition = torch.exp(-peak).index_add(0, group, summed)
    wanted = (scores * gold).sum(dim=1)
    target = scores.new_zeros(n_groups).index_add(0, group, wanted)
    return (peak + torch.log(partition) - target).mean()
