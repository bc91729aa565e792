"""The doors to models: what turns texts into vectors, and how well each does it."""
