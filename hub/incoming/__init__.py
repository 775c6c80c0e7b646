"""OCPI requests as they come in over HTTP/1.1, read by httptools; what is not `/ocpi` goes on to aiohttp (hub.web)."""
