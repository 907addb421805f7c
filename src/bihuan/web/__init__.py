"""The Django site: people and rights, ledgers, flows that cross them, pages, the API."""
