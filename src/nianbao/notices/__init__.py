"""What people are told without asking: by mail, by a program of theirs, by a message to a group."""
