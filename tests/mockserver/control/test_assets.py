"""The style sheets and scripts of the control plane's pages."""

from __future__ import annotations


def test_asset_is_sent_once(caller):
    first = caller.http.get("/__admin/assets/base.css")
    again = caller.http.get("/__admin/assets/base.css", headers={"If-None-Match": first.headers["ETag"]})

    assert first.status_code == 200
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--ground: light-dark(#ffffff, #0f1318)" in first.text
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_no_asset_is_not_found(caller):
    answer = caller.http.get("/__admin/assets/bas.css")

    assert answer.status_code == 404
    assert "did you mean 'base.css'?" in answer.json()["error"]["message"]
    assert caller.http.get("/__admin/assets/__init__.py").status_code == 404
    assert caller.http.get("/__admin/assets/" + "x" * 5000).status_code == 404
