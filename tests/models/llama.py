"""A real llama.cpp server with a tiny model of random weights, written here: it says nonsense, and that properly.

::

    def test_something(llama: Llama) -> None:
        setup = llama.setup()
        ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from copilot.records.model import ModelSetup

CONTEXT_TOKENS = 4096
_WIDTH, _LAYERS, _HEADS, _INNER = 64, 2, 4, 128
# ChatML, the plainest of the usual templates.
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_CHARACTERS = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"


def write_model(path: Path) -> None:
    """Write a llama of random weights: a few hundred tokens, two layers, less than a megabyte."""
    import gguf

    tokens, kinds = (
        [b"<unk>", b"<s>", b"</s>"],
        [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL],
    )
    for byte in range(256):
        tokens.append(f"<0x{byte:02X}>".encode())
        kinds.append(gguf.TokenType.BYTE)
    for text in ["\u2581", *map(chr, range(0x21, 0x7F)), *_CHARACTERS, "，", "。", "\u2581the", "\u2581a", "ing", "er"]:
        tokens.append(text.encode())
        kinds.append(gguf.TokenType.NORMAL)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(_LAYERS)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_HEADS)
    writer.add_rope_dimension_count(_WIDTH // _HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template(_TEMPLATE)

    chance = np.random.default_rng(7)

    def random(*shape: int) -> Any:
        return (chance.standard_normal(shape) * 0.1).astype(np.float32)

    # The first dimension is the same for every token, so that the last matrix can say by it which ones are never said:
    # single bytes, which would not be text.
    embedding, output = random(len(tokens), _WIDTH), random(len(tokens), _WIDTH)
    embedding[:, 0] = 4.0
    spoken = np.array([kind == gguf.TokenType.NORMAL for kind in kinds])
    spoken[2] = True
    output[:, 0] = np.where(spoken, 1.0, -4.0)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    writer.add_tensor("output.weight", output)
    for layer in range(_LAYERS):
        name = f"blk.{layer}"
        writer.add_tensor(f"{name}.attn_norm.weight", np.ones(_WIDTH, np.float32))
        writer.add_tensor(f"{name}.ffn_norm.weight", np.ones(_WIDTH, np.float32))
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            writer.add_tensor(f"{name}.{part}.weight", random(_WIDTH, _WIDTH))
        writer.add_tensor(f"{name}.ffn_gate.weight", random(_INNER, _WIDTH))
        writer.add_tensor(f"{name}.ffn_up.weight", random(_INNER, _WIDTH))
        writer.add_tensor(f"{name}.ffn_down.weight", random(_WIDTH, _INNER))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@dataclass
class Llama:
    """The server while it runs."""

    url: str
    server: Any = field(repr=False)

    def setup(self, **changes: Any) -> ModelSetup:
        """A setup that asks it."""
        usual = {
            "vendor": "compatible",
            "base_url": self.url,
            "model": "tiny",
            "context_tokens": CONTEXT_TOKENS,
            "is_local": True,
        }
        return ModelSetup(**(usual | changes))


def serve(folder: Path) -> Llama:
    """Write the model and serve it on a free port of the loopback, as long as the result is kept."""
    import xllamacpp

    path = folder / "tiny.gguf"
    write_model(path)
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.port = 0
    params.n_ctx = CONTEXT_TOKENS * 2
    params.n_parallel = 2
    params.n_gpu_layers = 0
    params.warmup = False
    params.endpoint_slots = True
    params.cpuparams.n_threads = 1
    params.verbosity = 0
    server = xllamacpp.Server(params)
    return Llama(f"{server.listening_address}/v1", server)
