"""The function `content`: staff edit pages in the browser, on an origin of its own (design D7)."""
