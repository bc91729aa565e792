"""The vendors of chat models that the co-pilot knows: where they are asked, what they can do and what they cost.

A row is where a setup starts from; whoever sets a model up may change all of it. What a server can really do is found
out by testing it, and again while it is used: a row only saves the first refusals. It knows nothing of keys.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from copilot.errors import NotFound
from copilot.records.model import ModelSetup

PRICES_AS_OF = "2026-09"
"""The month of the newest price lists that the prices below were read from.

Yuan for a million tokens, for input that is in no cache: DeepSeek's (at the dearer hours), Zhipu's (before discounts),
Moonshot's, Alibaba's and SiliconFlow's lists for mainland China. Where a price rises with the length of the input,
`context_tokens` ends where the dearer step begins. OpenAI's are dollars at `YUAN_A_DOLLAR`.
"""
YUAN_A_DOLLAR = 7.2
"""Rounded up, so that costs are rather said too high."""

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that can be chosen by name.

    Args:
        context_tokens: question and answer together.
        input_price, output_price: yuan for a million tokens; None where no list was found.
    """

    name: str
    context_tokens: int
    input_price: float | None = None
    output_price: float | None = None


@dataclass(frozen=True, slots=True)
class KnownEmbedding:
    """An embedding model that can be chosen by name; `input_price` is yuan for a million tokens."""

    name: str
    input_price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A vendor.

    Args:
        name: as setups name it. `title_zh`, `title_en`: for people.
        base_url: up to and with `/v1` or the like; "" where it has to be typed.
        json_schema, json_object, tools: whether its documents promise it for the models named here.
        key_url: where keys are made; "" where none is needed.
        is_local: whether the base URL is on this machine.
        quiet: what in a request's body keeps its models from thinking aloud, which costs time and money.
        longest_field: what the most that may be said is called in a request.
    """

    name: str
    title_zh: str
    title_en: str
    base_url: str
    models: tuple[KnownModel, ...] = ()
    json_schema: bool = True
    json_object: bool = True
    tools: bool = True
    embeddings: tuple[KnownEmbedding, ...] = ()
    key_url: str = ""
    is_local: bool = False
    quiet: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
    longest_field: str = "max_tokens"


def _dollars(price: float) -> float:
    return round(price * YUAN_A_DOLLAR, 4)


_NOT_THINKING: Mapping[str, object] = MappingProxyType({"thinking": {"type": "disabled"}})

PROVIDERS: tuple[Provider, ...] = (
    Provider(
        name="deepseek",
        title_zh="DeepSeek 深度求索",
        title_en="DeepSeek",
        base_url="https://api.deepseek.com",
        models=(
            KnownModel("deepseek-flash", 1_000_000, 2.0, 8.0),
            KnownModel("deepseek-v4-pro", 1_000_000, 9.0, 27.0),
        ),
        json_schema=False,
        key_url="https://platform.deepseek.com/api_keys",
        quiet=_NOT_THINKING,
    ),
    Provider(
        name="dashscope",
        title_zh="通义千问（阿里云百炼）",
        title_en="Qwen (Alibaba Cloud DashScope)",
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        models=(
            KnownModel("qwen-plus", 131_072, 0.8, 2.0),
            KnownModel("qwen-flash", 131_072, 0.15, 1.5),
            KnownModel("qwen3.5-plus", 131_072, 0.8, 4.8),
            KnownModel("qwen3.6-plus", 262_144, 2.0, 12.0),
        ),
        embeddings=(KnownEmbedding("text-embedding-v4", 0.5),),
        key_url="https://bailian.console.aliyun.com/?tab=model#/api-key",
        quiet=MappingProxyType({"enable_thinking": False}),
    ),
    Provider(
        name="moonshot",
        title_zh="Kimi（月之暗面）",
        title_en="Kimi (Moonshot)",
        base_url="https://api.moonshot.cn/v1",
        models=(
            KnownModel("kimi-k2.6", 262_144, 6.5, 27.0),
            KnownModel("kimi-k2.5", 262_144, 4.0, 21.0),
        ),
        key_url="https://platform.moonshot.cn/console/api-keys",
        quiet=_NOT_THINKING,
    ),
    Provider(
        name="zhipu",
        title_zh="智谱 GLM",
        title_en="Zhipu GLM",
        base_url="https://open.bigmodel.cn/api/paas/v4",
        models=(
            KnownModel("glm-4.7-flash", 200_000, 0.0, 0.0),
            KnownModel("glm-5.3-flash", 1_000_000, 0.8, 2.8),
            KnownModel("glm-5.3", 1_000_000, 8.0, 28.0),
        ),
        json_schema=False,
        embeddings=(KnownEmbedding("embedding-3", 0.5),),
        key_url="https://open.bigmodel.cn/usercenter/apikeys",
        quiet=_NOT_THINKING,
    ),
    Provider(
        name="siliconflow",
        title_zh="硅基流动",
        title_en="SiliconFlow",
        base_url="https://api.siliconflow.cn/v1",
        models=(
            KnownModel("deepseek-ai/DeepSeek-V4-Flash", 1_048_576, 1.0, 2.0),
            KnownModel("Qwen/Qwen3.6-35B-A3B", 128_000, 0.4, 3.2),
            KnownModel("Qwen/Qwen3.6-27B", 131_072, 0.6, 4.8),
            KnownModel("Qwen/Qwen3.5-4B", 262_144, 0.0, 0.0),
        ),
        json_schema=False,
        embeddings=(KnownEmbedding("BAAI/bge-m3", 0.0),),
        key_url="https://cloud.siliconflow.cn/account/ak",
        quiet=MappingProxyType({"enable_thinking": False}),
    ),
    Provider(
        name="openai",
        title_zh="OpenAI",
        title_en="OpenAI",
        base_url="https://api.openai.com/v1",
        models=(
            KnownModel("gpt-5.4-mini", 400_000, _dollars(0.75), _dollars(4.5)),
            KnownModel("gpt-5.4-nano", 400_000, _dollars(0.2), _dollars(1.25)),
        ),
        embeddings=(KnownEmbedding("text-embedding-3-small", _dollars(0.02)),),
        key_url="https://platform.openai.com/api-keys",
        quiet=MappingProxyType({"reasoning_effort": "none"}),
        # The models that can think refuse the older name.
        longest_field="max_completion_tokens",
    ),
    Provider(
        name="ollama",
        title_zh="Ollama（本机）",
        title_en="Ollama (this machine)",
        base_url="http://localhost:11434/v1",
        # What Ollama takes at once unless OLLAMA_CONTEXT_LENGTH says more; beyond it, it drops the beginning unsaid.
        models=(KnownModel("qwen3:8b", 4_096, 0.0, 0.0), KnownModel("qwen3:4b", 4_096, 0.0, 0.0)),
        embeddings=(KnownEmbedding("bge-m3", 0.0),),
        is_local=True,
        quiet=MappingProxyType({"reasoning_effort": "none"}),
    ),
    Provider(
        name="compatible",
        title_zh="其他（兼容 OpenAI 的地址）",
        title_en="Other (an OpenAI-compatible address)",
        base_url="",
    ),
)
"""Every vendor, in the order in which they are offered."""

_BY_NAME = {one.name: one for one in PROVIDERS}

_LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)


def provider(name: str) -> Provider:
    """A vendor by its name.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in _BY_NAME:
        raise NotFound(f"there is no vendor of models '{name}'; choose one of {', '.join(_BY_NAME)}")
    return _BY_NAME[name]


def is_local_url(url: str) -> bool:
    """Whether a server is on this machine or in its network: a loopback or private address, or localhost.

    Other names, short ones and `.local` too, are taken for far away: what they stand for is decided elsewhere.
    Link-local addresses as well: clouds serve what their machines may know there.
    """
    try:
        host = (urlsplit(url.strip()).hostname or "").rstrip(".")
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in _LOCAL_NETWORKS)


def stays_local(base_url: str, model: str) -> bool:
    """Whether what a model is told may stay here: a local server, and none of the models that Ollama passes on to its
    own cloud (`gpt-oss:120b-cloud`). A server of another kind may pass all on: see `keeps_texts`."""
    return is_local_url(base_url) and not model.casefold().endswith(("-cloud", ":cloud"))


def keeps_texts(setup: ModelSetup) -> bool:
    """Whether a setup's texts stay here, by its address and its vendor.

    Many a server on this machine only hands on what it is told (One API, LiteLLM): where the vendor is not one that
    runs models itself, they stay only if the owner said so, which is what `setup.is_local` says.
    """
    return stays_local(setup.base_url, setup.model) and (provider(setup.vendor).is_local or setup.is_local)


def cost(setup: ModelSetup, input_tokens: int, output_tokens: int) -> int | None:
    """What a call costs in millionths of a yuan; None where a price is unknown."""
    if setup.input_price is None or setup.output_price is None:
        return None
    # A price for a million tokens in yuan is the price of one token in millionths of a yuan.
    return round(input_tokens * setup.input_price + output_tokens * setup.output_price)
