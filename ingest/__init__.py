"""From a partner's file to observations: readers, sources and the pipeline that joins them."""
