"""One module for each group of paths; `api.app` includes the `router` of every module that stands here."""
