"""Intake: fetch, receive, read, check, decide, acknowledge."""
