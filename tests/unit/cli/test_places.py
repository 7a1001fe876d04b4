"""Where a command works: the same two options, whichever command it is."""

import click

from nianbao.cli.main import COMMANDS, load_command


def test_every_command_asks_alike_where_it_works() -> None:
    """--project and --home stand beside each other, in the same words; the home is found by the project."""
    asked = {}
    for name in COMMANDS:
        options = [each for each in load_command(name).params if isinstance(each, click.Option)]
        places = [each for each in options if each.name in ("project_path", "home")]
        if places:
            first = options.index(places[0])
            assert options[first : first + len(places)] == places, name
            asked[name] = [(each.opts, each.help, each.is_eager, each.callback, repr(each.type)) for each in places]
    said = asked["nightly"]
    assert [opts for opts, *_ in said] == [["--project"], ["--home"]] and said[0][2]
    assert {name for name, each in asked.items() if [row[:4] for row in each] != [row[:4] for row in said]} == set()
