"""The model that is chosen, as the store keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from copilot.bootstrap import App
from copilot.records import Abilities, ModelSetup
from copilot.store import model_setup
from tests.conftest import NOW

SETUP = ModelSetup(
    vendor="deepseek",
    base_url="https://api.deepseek.com/v1",
    model="deepseek-chat",
    context_tokens=64_000,
    input_price=2.0,
    output_price=None,
    abilities=Abilities(json_schema=False, tools=True),
)


def test_one_model_is_chosen_at_a_time_and_each_choice_counts(app: App) -> None:
    with app.store.write() as connection:
        assert model_setup.get(connection) is None
        first = model_setup.save(connection, SETUP, NOW)
        assert first == replace(SETUP, version=1, changed_at=NOW)
        assert model_setup.get(connection) == first
        later = NOW + timedelta(hours=1)
        second = model_setup.save(connection, replace(SETUP, model="other", is_local=True), later)
        assert (second.version, second.changed_at) == (2, later)
        assert model_setup.get(connection) == second
        model_setup.drop(connection)
        assert model_setup.get(connection) is None
