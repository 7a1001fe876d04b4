"""The runs: collect, compile, publish, nightly. Plain functions; flows/ only shows them to Prefect."""
