"""Files of the pages: served from memory, offline, under a strict policy; and what both pages share."""
