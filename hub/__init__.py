"""The OCPI hub service."""
