"""Keeps the libraries around chat models from telling what they see: keys, members' words, traces sent elsewhere."""

from __future__ import annotations

import logging
import os

LOGGERS = (
    "openai",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "langgraph",
    "langsmith",
)
"""The loggers of those libraries. Below WARNING they print requests with everything in them."""

_TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
_OTHERS = "OPENAI_"
"""How the variables begin that OpenAI's library reads by itself: an organization, a proxy, headers for every server."""


def quieten() -> None:
    """Let those loggers speak of warnings only, and switch tracing off, which would send conversations to a service.

    Variables that are meant for OpenAI's own programs are taken out of this process, since the library would send what
    they say to any vendor. Before anything is loaded and again after it: levels are set at that moment.
    """
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)
    for name in _TRACING:
        os.environ[name] = "false"
    for name in [name for name in os.environ if name.startswith(_OTHERS)]:
        os.environ.pop(name, None)
