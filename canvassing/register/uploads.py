"""An uploaded table kept on disk while it is read, since tables are read from files and may be read twice."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File

from canvassing.register.opening import Source


@contextmanager
def on_disk(upload: "File[bytes]") -> Iterator[Source]:
    """`upload` as a file, gone afterwards; it keeps its ending, by which kinds of tables may be told apart."""
    name = upload.name or "the file"
    with tempfile.TemporaryDirectory(prefix="rosette-") as folder:
        path = Path(folder) / f"upload{Path(name).suffix[:10]}"
        with path.open("wb") as file:
            file.writelines(upload.chunks())
        yield Source(path, name)
