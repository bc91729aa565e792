"""What a group's profile comes to, taken together with its community's."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from copilot.records import Profile, Tone

DEFAULT_PROFILE: Final = Profile(language="zh", timezone="Asia/Shanghai", tone=Tone())


def effective(community: Profile, group: Profile | None = None) -> Profile:
    """Lay a group's profile over its community's, field by field, and both over the defaults.

    Returns:
        A profile whose `language`, `timezone` and `tone` are never None. A `tone` counts as one field.
    """
    levels = [level for level in (group, community, DEFAULT_PROFILE) if level is not None]

    def first(field: str) -> object:
        return next((value for level in levels if (value := getattr(level, field)) is not None), None)

    return Profile(**{field.name: first(field.name) for field in fields(Profile)})  # type: ignore[arg-type]
