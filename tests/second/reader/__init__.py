"""A second implementation of reading, verifying and deciding, written from the pages under `docs/`."""
