"""Reports for a matrix: of real runs, and written by hand where a run cannot make them."""

import json

from conformance import proof
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.trial import judge_in_process
from conformance.report.folder import write_reports

API = "suprsend"
ONLY = ["missing-key", "empty-key", "unknown-channel", "refusal-without-key", "*-apart"]


def write_run(folder, server, *, only=ONLY, **target):
    """Judge a server by calling it, with these members in its profile, and write its reports into *folder*."""
    profile = {**server.profile(IN_PROCESS_URL), **target}
    write_reports(judge_in_process(server, profile, only=only), folder)
    return folder / "report.json"


def find_mutant(name, api=API):
    return next(one for one in proof.mutants_of(api) if one.__name__ == name)()


def write_versions(folder):
    """Write the reports of three versions of one server: the second forgets the key, the third mends that."""
    write_run(folder / "c", proof.reference_of(API)(), name="acme", version="1.10")
    write_run(folder / "b", find_mutant("AcceptsNoKey"), name="acme", version="1.9")
    write_run(folder / "a", proof.reference_of(API)(), name="acme", version="1.8")


def write_by_hand(folder, *requirements, name="report.json", **members):
    """Write a report.json with these requirements, each of them an id and whatever else, as of an early suite."""
    whole = {"schema": 1, "api": API, "verdict": "conformant", "partial": False}
    listed = [{"level": "MUST", "status": "passed", **one} for one in requirements]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(whole | {"requirements": listed} | members))
    return folder / name
