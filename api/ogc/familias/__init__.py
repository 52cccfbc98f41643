"""One file a family of collections; see `api.ogc.contract.Familia`."""
