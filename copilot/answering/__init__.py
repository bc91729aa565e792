"""Deciding whether and what to answer: functions of records, without store and without model."""
