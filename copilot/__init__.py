"""The Community Co-pilot: answers, steers and watches over chat groups; it proposes, people decide."""

__version__ = "0.3.0"
