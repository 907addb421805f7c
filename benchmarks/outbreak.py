"""The outbreak engine beside its peers: `./run bench outbreak [--json] [--readme]`."""

import argparse
import json
import os

from race import HERE, district, run
from tell import readme, tables


def main() -> None:
    """Run and say."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--json", action="store_true", help="answer as JSON")
    words.add_argument(
        "--readme", action="store_true", help="write benchmarks/README.md"
    )
    words.add_argument("--rounds", type=int, default=12, help="batches of each engine")
    words.add_argument("--district", type=int, default=0, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.district:
        print(json.dumps(district(asked.district), sort_keys=True))
        return
    python = os.environ.get("BIHUAN_PEERS")
    result = run(classes=30, rounds=asked.rounds, many=1000, python=python)
    if asked.readme:
        (HERE / "README.md").write_text(readme(result), encoding="utf-8")
    said = json.dumps(result, sort_keys=True, ensure_ascii=False)
    print(said if asked.json else tables(result))


if __name__ == "__main__":
    main()
