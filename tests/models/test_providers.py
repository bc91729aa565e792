"""The table of vendors: whole, priced, and sure about what stays on this machine."""

from __future__ import annotations

import re

import pytest

from copilot.errors import NotFound
from copilot.models.providers import PRICES_AS_OF, PROVIDERS, Provider, cost, is_local_url, provider, stays_local
from copilot.records.model import ModelSetup

URLS = [
    # an address, whether it is on this machine or in its network
    ("http://localhost:11434/v1", True),
    ("http://LOCALHOST./v1", True),
    ("http://models.localhost/v1", True),
    ("http://127.0.0.1:8080", True),
    ("http://127.8.8.8", True),
    ("http://[::1]:8080/v1", True),
    ("http://[::ffff:192.168.1.2]/v1", True),
    ("http://10.1.2.3/v1", True),
    ("http://172.31.0.1/v1", True),
    ("http://192.168.1.20:1234/v1", True),
    ("http://[fd00::1]/v1", True),
    ("http://nas.local:11434/v1", False),
    ("http://169.254.169.254/v1", False),
    ("http://[fe80::1]/v1", False),
    ("https://api.deepseek.com", False),
    ("http://172.32.0.1/v1", False),
    ("http://8.8.8.8/v1", False),
    ("http://[::ffff:8.8.8.8]/v1", False),
    ("http://ollama:11434/v1", False),
    ("http://localhost.evil.com/v1", False),
    ("http://evil.com/localhost", False),
    ("http://localhost@evil.com/v1", False),
    ("http://127.0.0.1.evil.com/v1", False),
    ("http://2130706433/v1", False),
    ("http://local/v1", False),
    ("http://0.0.0.0/v1", False),
    ("http://[bad/v1", False),
    ("localhost:11434", False),
    ("", False),
]


@pytest.mark.parametrize(("url", "is_local"), URLS)
def test_what_is_local(url: str, is_local: bool) -> None:
    assert is_local_url(url) is is_local


def test_what_a_local_server_passes_on_does_not_stay() -> None:
    assert stays_local("http://localhost:11434/v1", "qwen3:8b")
    assert not stays_local("http://localhost:11434/v1", "gpt-oss:120b-cloud")
    assert not stays_local("http://localhost:11434/v1", "glm-4.6:cloud")
    assert not stays_local("http://localhost:11434/v1", "GPT-OSS:120b-CLOUD")
    assert not stays_local("https://api.openai.com/v1", "qwen3:8b")


@pytest.mark.parametrize("row", PROVIDERS, ids=lambda row: row.name)
def test_a_row_is_whole(row: Provider) -> None:
    assert provider(row.name) is row
    assert row.title_zh
    assert row.title_en
    assert row.is_local is is_local_url(row.base_url)
    assert bool(row.key_url) is not (row.is_local or not row.base_url)
    assert len({model.name for model in row.models}) == len(row.models)
    assert bool(row.models) is bool(row.base_url)
    for model in row.models:
        assert model.context_tokens >= 4096
        assert (model.input_price is None) is (model.output_price is None)
        if model.input_price is not None and model.output_price is not None:
            assert 0 <= model.input_price <= model.output_price


def test_vendors_have_one_name_each() -> None:
    assert len({row.name for row in PROVIDERS}) == len(PROVIDERS)
    assert re.fullmatch(r"20\d\d-\d\d", PRICES_AS_OF)
    with pytest.raises(NotFound, match="deepseek"):
        provider("deepsek")


COSTS = [
    # yuan for a million in and out, tokens in and out, millionths of a yuan
    (1.0, 2.0, 1000, 500, 2000),
    (0.15, 1.5, 10, 1, 3),
    (0.0, 0.0, 1000, 1000, 0),
    (None, 2.0, 1000, 500, None),
    (1.0, None, 1000, 500, None),
]


@pytest.mark.parametrize(("input_price", "output_price", "told", "said", "expected"), COSTS)
def test_what_a_call_costs(
    input_price: float | None, output_price: float | None, told: int, said: int, expected: int | None
) -> None:
    setup = ModelSetup(
        vendor="compatible", base_url="http://x/v1", model="m", input_price=input_price, output_price=output_price
    )
    assert cost(setup, told, said) == expected
