"""Profiles as the JSON column that communities and groups share."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from copilot.records import Platform, Profile, Tone


def to_json(profile: Profile) -> dict[str, Any]:
    """A profile as plain JSON values; fields that are not set are left out."""
    return {name: value for name, value in asdict(profile).items() if value is not None}


def from_json(values: dict[str, Any]) -> Profile:
    """The profile that `to_json` wrote."""
    fields: dict[str, Any] = dict(values)
    if "tone" in fields:
        fields["tone"] = Tone(**fields["tone"])
    if "goals" in fields:
        fields["goals"] = tuple(fields["goals"])
    if "platform" in fields:
        fields["platform"] = Platform(fields["platform"])
    return Profile(**fields)
