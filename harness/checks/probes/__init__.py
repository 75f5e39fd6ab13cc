"""Access to the data plane of the deployed stack: HTTP, SQL, credentials."""
