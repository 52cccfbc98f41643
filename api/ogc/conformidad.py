"""What `/ogc` declares to conform to. QGIS sends filters to the server only if every one of the exact URIs is there."""

from __future__ import annotations

from typing import Final

_ESPEC: Final = "http://www.opengis.net/spec"
CLASES: Final = (
    *(f"{_ESPEC}/ogcapi-features-1/1.0/conf/{c}" for c in ("core", "oas30", "html", "geojson")),
    f"{_ESPEC}/ogcapi-features-2/1.0/conf/crs",
    *(
        f"{_ESPEC}/ogcapi-features-3/1.0/conf/{c}"
        for c in ("filter", "features-filter", "queryables", "queryables-query-parameters")
    ),
    *(
        f"{_ESPEC}/cql2/1.0/conf/{c}"
        for c in (
            *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "property-property"),
            *("case-insensitive-comparison", "accent-insensitive-comparison"),
            *("basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions"),
        )
    ),
)
