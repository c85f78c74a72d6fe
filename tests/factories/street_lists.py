"""Street lists for tests, as a campaign writes them, and the command that brings them in."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from canvassing.electorate.models import Street

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "streets.csv"
HEADER = "street,polling_district,ward,postcodes,doors\n"


def run(*arguments: Any) -> dict[str, Any]:
    """The command's JSON."""
    output = StringIO()
    call_command("import_streets", *map(str, arguments), "--json", stdout=output)
    answer: dict[str, Any] = json.loads(output.getvalue())
    return answer


def street(name: str, code: str = "AA") -> Street:
    return Street.objects.get(name=name, polling_district__code=code)
