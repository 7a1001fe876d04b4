"""Documents that come back: a draft with numbers in it, and the layout of a printed one."""
