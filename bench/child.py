"""Runs one job in this process alone: `python -m bench.child MODULE REQUEST.json ANSWER.json`.

The module's import is metered apart from its stages. A module that can be measured has a function `run`, which takes
the request and a Meter and returns plain values.
"""

import importlib
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.meter import Meter


def main(module: str, request: Path, answer: Path) -> None:
    """Import, run, and leave the figures in a file."""
    imports, stages = Meter(), Meter()
    with imports.stage("import"):
        job = importlib.import_module(module)
    result = job.run(json.loads(request.read_text()), stages)
    figures = {"imports": asdict(imports.spans[0]), "spans": [asdict(s) for s in stages.spans], "result": result}
    answer.write_text(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
