"""Statistical confidentiality: what may be published, and the release that holds it."""
