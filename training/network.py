"""The networks: an encoder with two heads, the losses, and the encoder of the embedder."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
from transformers.modeling_outputs import BaseModelOutput
from transformers.utils import logging

from training.features import Batch

_FLOOR = -1e4


class ReaderChecker(nn.Module):
    """An encoder and two linear layers: spans of answers, and support of statements.

    The span scores of the first word piece stand for "no answer here", as in BERT for SQuAD (Devlin et al., NAACL
    2019). They are subtracted from those of the passage, so a score above 0 is likelier than no answer, and scores of
    several passages can be compared.
    """

    def __init__(self, folder: Path) -> None:
        """Args: folder: an encoder in Hugging Face format; without its weights, it gets random ones."""
        super().__init__()
        self.encoder = _encoder(folder)
        torch.manual_seed(1)
        self.span = _head(self.encoder, 2)
        self.label = _head(self.encoder, 3)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Start and end scores relative to no answer, shape (n_inputs, length), and logits of labels, (n_inputs, 3).

        Args:
            ids: word pieces, shape (n_inputs, length).
            mask: 1 for word pieces, 0 for padding.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        scores = self.span(hidden).float()
        scores = scores - scores[:, :1]
        return scores[..., 0], scores[..., 1], self.label(hidden[:, 0]).float()


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
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        kept = mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * kept).sum(dim=1) / kept.sum(dim=1), dim=-1)


def _encoder(folder: Path) -> Any:
    """An encoder without dropout: the data is read about once, and drawing dropout takes a third of the time on a CPU.

    Attention is eager, which in bfloat16 on a CPU is faster than the fused one.
    """
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"}
    if (folder / "model.safetensors").exists():
        encoder, info = AutoModel.from_pretrained(folder, local_files_only=True, output_loading_info=True, **still)
        if lacking := sorted(name for name in info["missing_keys"] if not name.startswith("pooler.")):
            raise ValueError(f"model.safetensors lacks {lacking[0]}")  # it would get random values, without a word
    else:
        encoder = AutoModel.from_config(AutoConfig.from_pretrained(folder, local_files_only=True, **still))
    if hasattr(encoder, "pooler"):
        encoder.pooler = None
    if encoder.config.model_type == "mpnet":
        quicken(encoder.encoder)
    return encoder


def _head(encoder: Any, outputs: int) -> nn.Linear:
    head = nn.Linear(encoder.config.hidden_size, outputs)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def quicken(blocks: Any) -> None:
    """Make the blocks of MPNet a third faster, with the same outputs.

    The bias of attention is made once for all blocks and has no gradient, and the mask is added to it.

    Args:
        blocks: the `encoder` of an MPNetModel; changed in place.
    """

    def attend(self: Any, hidden: Tensor, _mask: Any = None, position_bias: Any = None, **_: Any) -> tuple[Tensor]:
        shape = (*hidden.shape[:-1], self.num_attention_heads, self.attention_head_size)
        query, key, value = (layer(hidden).view(shape).transpose(1, 2) for layer in (self.q, self.k, self.v))
        scores = torch.matmul(query * self.attention_head_size**-0.5, key.transpose(-1, -2)) + position_bias
        mixed = torch.matmul(scores.softmax(dim=-1), value).transpose(1, 2)
        return (self.o(mixed.reshape(hidden.shape)),)

    def run(self: Any, hidden: Tensor, attention_mask: Tensor | None = None, **_: Any) -> BaseModelOutput:
        place = torch.arange(hidden.shape[1], device=hidden.device)
        with torch.no_grad():
            bucket = self.relative_position_bucket(place[None] - place[:, None])
            bias = self.relative_attention_bias(bucket).permute(2, 0, 1)[None]
            if attention_mask is not None:
                bias = bias + attention_mask.to(bias.dtype)
            bias = bias.clamp(min=_FLOOR).contiguous()
        for block in self.layer:
            hidden = block(hidden, None, bias)[0]
        return BaseModelOutput(last_hidden_state=hidden)

    for block in blocks.layer:
        block.attention.attn.forward = types.MethodType(attend, block.attention.attn)
    blocks.forward = types.MethodType(run, blocks)


def freeze(network: ReaderChecker, blocks: int) -> None:
    """Leave the embeddings and the lowest blocks as they are.

    Args:
        network: whose encoder has `embeddings` and `encoder.layer`, as BERT has.
        blocks: how many.
    """
    for part in (network.encoder.embeddings, *network.encoder.encoder.layer[:blocks]):
        part.requires_grad_(False)


def span_loss(starts: Tensor, ends: Tensor, batch: Batch) -> Tensor:
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


def label_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross entropy of labels; "not supported" counts refuted and neither together.

    Args:
        logits: shape (n_inputs, 3).
        labels: indexes in `training.statements.LABELS`, shape (n_inputs,).
    """
    shares = logits.log_softmax(dim=-1)
    not_supported = shares[:, 1:].logsumexp(dim=-1, keepdim=True)
    return -torch.cat([shares, not_supported], dim=1).gather(1, labels[:, None]).mean()


def _cross_entropy(scores: Tensor, gold: Tensor, inside: Tensor, group: Tensor, n_groups: int) -> Tensor:
    """Cross entropy of each group over all its places and "no answer", whose score is 0; mean over groups."""
    open_ = scores.masked_fill(~inside, _FLOOR)
    peak = scores.new_zeros(n_groups).index_reduce(0, group, open_.amax(dim=1).detach(), "amax")
    summed = torch.exp(open_ - peak[group][:, None]).sum(dim=1)
    partition = torch.exp(-peak).index_add(0, group, summed)
    wanted = (scores * gold).sum(dim=1)
    target = scores.new_zeros(n_groups).index_add(0, group, wanted)
    return (peak + torch.log(partition) - target).mean()
