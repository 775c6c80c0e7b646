"""Examining tariffs before anybody is charged by them: what can never apply, what is free by mistake, what is odd."""
