"""A contract of a few lines, and a server that is a function."""

import json
from unittest import mock

from conformance.contract import cases
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process


class Answers:
    """Answers what a function of the request says: a response, a status or a body."""

    def __init__(self, answer):
        self._answer = answer
        self.requests = []

    def answer(self, request):
        self.requests.append(request)
        found = self._answer(request)
        if isinstance(found, Response):
            return found
        return Response(found, {}) if isinstance(found, int) else Response(200, found)


def make_contract(paths, version="3.0.3", **more):
    return {"openapi": version, "info": {"title": "Case", "version": "1"}, "paths": paths, **more}


def judge_by(folder, contract, answer, strict=False, mode=None, count=3, **profile):
    """Judge a server by *contract*, which is written to *folder*."""
    file = folder / "case.json"
    file.write_text(json.dumps(contract))
    server = answer if isinstance(answer, Answers) else Answers(answer)
    options = {"mode": mode} if mode else {}
    target = {"spec": str(file), "base_url": IN_PROCESS_URL, **profile}
    # A few requests of a kind show it; that many are good ones is held where the library is judged.
    with mock.patch.object(cases, "COUNT", count), mock.patch.object(cases, "_FEWEST", count):
        return judge_in_process(server, target, strict=strict, **options)


def documented(schema, **more):
    """An operation without a request body that answers 200 with JSON of *schema*."""
    answer = {"description": "-", "content": {"application/json": {"schema": schema}}}
    return {"responses": {"200": answer}, **more}
