"""Every bench there is, one after the other: `python -m tests.bench`. Their rows are kept in var/bench.json."""

import json
import os
import subprocess
import sys
from pathlib import Path

BENCHES = ("tests.bench.import_bench", "tests.bench.phones_bench", "tests.bench.messages_bench")
BASE_DIR = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    rows = [row for name in BENCHES for row in run(name)]
    kept = Path(os.environ.get("ROSETTE_VAR", str(BASE_DIR / "var"))) / "bench.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


def run(name: str) -> list[dict[str, object]]:
    """Its rows; its table goes to the terminal as it is."""
    done = subprocess.run([sys.executable, "-m", name], cwd=BASE_DIR, check=True, stdout=subprocess.PIPE, text=True)
    *table, rows = done.stdout.strip().splitlines()
    print("\n".join(table), flush=True)  # noqa: T201
    return json.loads(rows)["rows"]  # type: ignore[no-any-return]


if __name__ == "__main__":
    main()
