"""The runs: collect, build, publish, nightly. Plain functions; flows/ only shows them to Prefect."""
