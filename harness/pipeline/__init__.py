"""The lifetime of a run: deploy, prove, tear down."""
