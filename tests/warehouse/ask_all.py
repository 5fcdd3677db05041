"""Asked of another DuckDB: every question in a JSON file, the answers as CSV text on stdout.

usage: ask_all.py WAREHOUSE QUESTIONS   (the file's JSON: name to SQL); the warehouse is only read.
"""

from __future__ import annotations

import json
import sys

import duckdb


def main() -> None:
    warehouse, questions = sys.argv[1:]
    answers: dict[str, object] = {"version": duckdb.__version__}
    connection = duckdb.connect(warehouse, read_only=True)
    connection.execute("set timezone = 'UTC'")
    with open(questions, encoding="utf-8") as file:
        for name, sql in json.load(file).items():
            rows = connection.execute(f"select columns(*)::varchar from ({sql})").fetchall()
            answers[name] = sorted(map(repr, rows))
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
