"""What the browser uploaded: it is removed as soon as it has been read."""

from __future__ import annotations

from pathlib import Path

from copilot.errors import BadInput
from copilot.settings import Settings


def uploaded(settings: Settings, path: str) -> Path:
    """The file that a browser uploaded. What a request names is untrusted: nothing outside the uploads is opened.

    Raises:
        BadInput: the path lies elsewhere, or nothing is there.
    """
    file = Path(path).resolve()
    folder = (settings.uploads_dir / "console").resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise BadInput(f"{Path(path).name!r} was not uploaded here; choose the file again")
    return file


def forget_upload(settings: Settings, path: str) -> None:
    """Remove an uploaded file and the folder that Gradio made for it. A path outside the uploads is left alone."""
    file = Path(path).resolve()
    folder = (settings.uploads_dir / "console").resolve()
    if not file.is_relative_to(folder):
        return
    file.unlink(missing_ok=True)
    if file.parent != folder and file.parent.is_dir() and not any(file.parent.iterdir()):
        file.parent.rmdir()
    # Gradio makes an empty file beside it each time a handler is given the upload.
    for stray in folder.glob("tmp*"):
        if stray.is_file() and stray.stat().st_size == 0:
            stray.unlink(missing_ok=True)
