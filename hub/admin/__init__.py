"""The operators' HTTP API under /admin/v1; the command line and the web page speak to it and nothing else."""
