"""The function `search`: `GET /tim`, the search without JavaScript, by the published index.

The query is read, answered and forgotten: it stands in no log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, jsonify, request

from functions.core.errors import NotFoundError
from functions.core.releases import ReleaseFolder
from functions.core.search import ASIDE, MAX_QUERY, Hit, search
from functions.core.units import UnitRegister
from functions.search.indexes import PublishedIndexes
from functions.web.answers import page, said_answer, wants_json, words
from functions.web.app import SiteSettings, create_app
from functions.web.audience import Audience, audience
from functions.web.display import displayable


@dataclass(frozen=True)
class SearchServices:
    release: Callable[[], ReleaseFolder]
    """The folder of the release that is public now: `search.json` and `site/`."""
    units: UnitRegister


def create_search_app(services: SearchServices, site: SiteSettings) -> Flask:
    """Make the app of the one address `/tim`."""
    app = create_app(__name__, site, unavailable=_unavailable)
    views = _Views(services)
    app.add_url_rule("/tim", view_func=views.show_results)
    return app


class _Views:
    """The route with what it keeps: a few indexes of the current release."""

    def __init__(self, services: SearchServices) -> None:
        self._units = services.units
        self._indexes = PublishedIndexes(services.release)

    @audience(Audience.PUBLIC)
    def show_results(self) -> Response:
        """Show what answers the query, for one unit's pages or for the whole province."""
        query = displayable(request.args.get("q", ""))[:MAX_QUERY]
        wanted = request.args.get("don-vi", "")
        index, unit_id = self._indexes.of(wanted)
        return self._answer(query, search(index, query), unit_id)

    def _answer(self, query: str, hits: list[Hit], unit_id: str) -> Response:
        base = f"/{unit_id}/" if unit_id else "/"
        found = [(hit, _address(hit, base)) for hit in hits]
        if wants_json():
            return jsonify(
                results=[{"title": hit.title, "url": url, "kind": hit.kind} for hit, url in found]
            )
        return page(
            "search.html.j2",
            query=query,
            unit_id=unit_id,
            office=self._office(unit_id),
            base=base,
            results=[(hit, url, hit.name.split(ASIDE)) for hit, url in found],
        )

    def _office(self, unit_id: str) -> str:
        try:
            return words().office(self._units.get(unit_id)) if unit_id else ""
        except NotFoundError:
            # Published of an older register than the one that runs; the name may be missing.
            return ""


def _unavailable() -> Response:
    """Say that the search does not work now, and where the lists are that need none."""
    said = words().search_unavailable
    return said_answer(503, said, template="search_unavailable.html.j2")


def _address(hit: Hit, base: str) -> str:
    return hit.location if hit.location.startswith("/") else base + hit.location
