"""Serve a folder of contracts with the stub, and with Prism where it is installed, and count what each makes of them.

Nothing is fetched. The contracts are read, requests built and answers checked apart from the stub's own reading, with
the library jsonschema, so that a fault of that reading shows:
python benchmarks/measure_contracts.py FOLDER --causes
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from calls import BIN, Call, CannotMeasure
from contracts.contract import Contract, Operation, Unreadable
from contracts.requests import Request, Requests, build_requests, is_json
from servers import Command, Server, run_server

STUB, PRISM = "mockserver", "prism"
LONGEST_CAUSE = 200
ANSWER_TIMEOUT_S = 10
# Any answer to it shows that a server is up.
PROBE = Call("start", "GET", "/", "", "", 404, 0)


@dataclass
class Count:
    """What one server made of the contracts of one version."""

    files: int = 0
    served: int = 0
    starts_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    operations: int = 0
    accepting: int = 0
    answering: int = 0
    bad: int = 0
    bad_refused: int = 0
    malformed: int = 0
    malformed_answered: int = 0


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes


# By server and version.
Counts = defaultdict[tuple[str, str], Count]


def measure_file(counts: Counts, file: Path, names: Sequence[str], most_operations: int) -> Iterator[str]:
    """Serve one contract with each server, send all its requests to it, and yield what each gets wrong."""
    try:
        contract = Contract(file)
        operations = list(contract.list_operations())
    except Unreadable as error:
        yield f"skipped: {str(error)[:LONGEST_CAUSE]}"
        return
    if len(operations) > most_operations:
        operations = random.Random(0).sample(operations, most_operations)  # noqa: S311 - no secret
    asked = [(operation, build_requests(contract, operation)) for operation in operations]
    for name in names:
        count = counts[name, contract.version[:3]]
        count.files += 1
        try:
            with run_server(make_command(name, file), PROBE) as server:
                count.served += 1
                count.starts_s.append(server.start_s)
                for operation, requests in asked:
                    asking = Asking(contract, operation, server, "" if name == PRISM else operation.base)
                    for cause in asking.ask(requests, count):
                        yield f"{name}: {file.name}: {operation.name}: {cause}"
                count.memory_mb.append(server.memory_mb)
        except CannotMeasure as refusal:
            yield f"{name}: {file.name}: not served: {' '.join(str(refusal).split())[-LONGEST_CAUSE:]}"


def make_command(name: str, file: Path) -> Command:
    if name == PRISM:
        return lambda port: [
            PRISM,
            "mock",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "-v",
            "error",
            str(file),
        ]
    return lambda port: [str(BIN / STUB), "--port", str(port), "--spec", str(file), "--quiet"]


@dataclass(frozen=True)
class Asking:
    """The requests of one operation, sent to one server; base: what it puts before the paths of the contract."""

    contract: Contract
    operation: Operation
    server: Server
    base: str

    def ask(self, requests: Requests, count: Count) -> Iterator[str]:
        """Send *requests*, add to *count*, and yield what is wrong with the answers."""
        if requests.valid:
            count.operations += 1
            problems = [problem for one in requests.valid for problem in self._ask_valid(one)]
            count.accepting += not any(problem.startswith("refused") for problem in problems)
            count.answering += not problems
            yield from problems
        for one in requests.bad:
            answer = self._send(one)
            is_refused = answer is not None and 400 <= answer.status < 500
            count.bad += 1
            count.bad_refused += is_refused
            if not is_refused:
                shown = (one.body or b"").decode(errors="replace")
                yield f"accepted with {answer and answer.status}: {one.path} {shown}"[:LONGEST_CAUSE]
        if requests.malformed:
            answer = self._send(requests.malformed)
            is_refused = answer is not None and 400 <= answer.status < 500
            count.malformed += 1
            count.malformed_answered += is_refused
            if not is_refused:
                yield f"malformed JSON got {answer and answer.status}"

    def _ask_valid(self, request: Request) -> Iterator[str]:
        answer = self._send(request)
        if answer is None or (answer.status >= 400 and self._documents_success()):
            said = "nothing" if answer is None else f"{answer.status} {answer.body.decode(errors='replace')}"
            body = "" if request.body is None else request.body.decode(errors="replace")[:80]
            yield f"refused: {request.path[:80]} {body} got {' '.join(said.split())}"[: 2 * LONGEST_CAUSE]
            return
        problem = self._check_answer(answer)
        if problem:
            yield f"answer: {problem}"[: 2 * LONGEST_CAUSE]

    def _documents_success(self) -> bool:
        return any(code[0] in "23d" for code in self.operation.answers)

    def _check_answer(self, answer: Answer) -> str | None:
        """Name what the contract does not allow in *answer*."""
        status = str(answer.status)
        known = self.operation.answers
        key = next(
            (one for one in (status, f"{status[0]}XX", f"{status[0]}xx", "default") if one in known), None
        )
        if key is None:
            return f"{status} is not documented"
        contents = known[key]
        if not contents or self.operation.method == "head" or answer.status in (204, 304):
            return None
        name = answer.media_type.partition(";")[0].strip().lower()
        kinds = {one.partition(";")[0].strip().lower(): schema for one, schema in contents.items()}
        key = next((one for one in (name, f"{name.partition('/')[0]}/*", "*/*") if one in kinds), None)
        if key is None:
            return f"{answer.media_type or 'no Content-Type'} is not among {', '.join(kinds)}"
        if not is_json(name) or kinds[key] is None:
            return None
        try:
            value = json.loads(answer.body)
        except ValueError:
            return f"no JSON: {answer.body[:80]!r}"
        try:
            error = next(self.contract.make_validator(kinds[key], "writeOnly").iter_errors(value), None)
        except Exception:
            # The library cannot read the schema, so nobody can say.
            return None
        return None if error is None else f"{'.'.join(map(str, error.absolute_path))}: {error.message}"

    def _send(self, request: Request) -> Answer | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=ANSWER_TIMEOUT_S)
        try:
            path, headers = self.base + request.path, dict(request.headers)
            connection.request(self.operation.method.upper(), path, request.body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.getheader("Content-Type", ""), response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()


def render_share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}" + (f" ({100 * part / whole:.1f} %)" if whole else "")


def render_table(counts: Counts) -> list[str]:
    lines = []
    for (name, version), count in sorted(counts.items()):
        lines += [
            f"{name}, version {version}",
            f"  files served                      {render_share(count.served, count.files)}",
            f"  operations that accept all valid  {render_share(count.accepting, count.operations)}",
            f"  ... and answer validly            {render_share(count.answering, count.operations)}",
            f"  bad requests refused              {render_share(count.bad_refused, count.bad)}",
            f"  malformed JSON refused            {render_share(count.malformed_answered, count.malformed)}",
        ]
        if count.served:
            lines += [
                f"  start, median and slowest         {median(count.starts_s):.2f} and {max(count.starts_s):.2f} s",
                f"  memory afterwards, the same       {median(count.memory_mb):.0f} and {max(count.memory_mb):.0f} MB",
            ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--causes", action="store_true", help="print what is wrong with each operation as well"
    )
    parser.add_argument("--only", metavar="WORD", default="", help="only the files with this in their name")
    parser.add_argument(
        "--most-operations", type=int, default=100, metavar="N", help="of each file, drawn (100)"
    )
    parser.add_argument("--no-peer", action="store_true", help="leave Prism out")
    arguments = parser.parse_args()
    names = [STUB, *([PRISM] if shutil.which(PRISM) and not arguments.no_peer else [])]
    counts: Counts = defaultdict(Count)
    files = [
        file for file in sorted(arguments.folder.iterdir()) if arguments.only in file.name and file.is_file()
    ]
    for number, file in enumerate(files, 1):
        print(f"{number} of {len(files)}: {file.name}", file=sys.stderr, flush=True)
        for cause in measure_file(counts, file, names, arguments.most_operations):
            if arguments.causes:
                print(cause, flush=True)
    print(*render_table(counts), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
