"""The sample year makes sense: what the forms ask of their numbers holds, and what is unusual is explained."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from nianbao.catalog import Project
from nianbao.terms.form import NUMBERS, Aggregate, Layout
from nianbao.terms.period import Period
from tests.unit.sample.in_force import InForce, Submitted, number

LEFT_OUT = ("QHD14", "GH06", "2021Q3")


def answers(submitted: Submitted, part: str = "main") -> dict[str, Decimal]:
    """The numbers of an indicator part."""
    (row,) = submitted.parts[part]
    return {name: number(value) for name, value in row.items()}


def test_every_unit_sends_every_form_it_owes_but_one(project: Project, in_force: InForce) -> None:
    """At the end of the year one sheet of one unit is missing, and nothing is sent that is not asked."""
    due = {
        (unit.code, form.code, own.code)
        for unit in project.units.values()
        for quarter in range(1, 5)
        for form, own, _ in project.due_forms(unit, Period.parse(f"2021Q{quarter}"))
    }
    sent = {key for key in in_force.by_key if key[2].startswith("2021")}
    assert due - sent == {LEFT_OUT}
    assert not sent - due


def test_53_member_unions_report(in_force: InForce) -> None:
    """The coverage of the sample year is complete."""
    assert len({each.unit.code for each in in_force.of("GH01") if each.unit.is_counted}) == 53


def test_every_part_and_required_field_is_filled_in(project: Project, in_force: InForce) -> None:
    """An indicator part has one row, and no required cell of any row is blank or negative."""
    for each in in_force.by_key.values():
        for part in project.forms[each.form].parts_of(each.unit, each.period):
            rows = each.parts[part.code]
            assert part.layout is Layout.LEDGER or len(rows) == 1
            for row in rows:
                assert set(row) <= {field.code for field in part.fields}
                assert not [field.code for field in part.fields if field.required and field.code not in row], each
                assert all(
                    number(row[field.code]) >= 0 for field in part.fields if field.type in NUMBERS and field.code in row
                ), each


def test_codes_are_in_their_lists(project: Project, in_force: InForce) -> None:
    """No code is typed that the drop-down does not offer."""
    lists = {name: {code.code for code in codes.values()} for name, codes in project.codes.items()}
    lists |= {"units": set(project.units)}
    for each in in_force.by_key.values():
        own = {unit.code for unit in project.units.values() if unit.place_parent == each.unit.code}
        for part in project.forms[each.form].parts:
            for field in part.fields:
                if field.codes:
                    allowed = own if field.codes == "county" else lists[field.codes]
                    assert {row[field.code] for row in each.parts.get(part.code, []) if field.code in row} <= allowed


def test_parts_are_within_their_wholes(in_force: InForce) -> None:
    """Women, new-form members, rangers and established units do not outnumber what they are part of."""
    for each in in_force.of("GH01"):
        own = answers(each)
        assert own["workers_female"] <= own["workers_total"]
        assert own["members_female"] <= own["members_total"] <= own["workers_total"]
        assert sum(number(row["new_form_members"]) for row in each.parts["groups"]) <= own["members_total"]
        assert own["eco_rangers_joined"] <= own["industry_fed_members"]
    for each in in_force.of("GH02"):
        own = answers(each)
        assert max(own["units_congress"], own["units_open_affairs"]) <= own["units_with_union"]
        assert own["units_wage_bargaining"] <= own["units_bargaining_eligible"]


def test_county_rows_make_their_prefecture(in_force: InForce) -> None:
    """Every county has a row, and the rows add up to the prefecture's own numbers."""
    for each in in_force.of("GH01"):
        if each.unit.level.code == "prefecture":
            own, rows = answers(each), each.parts["counties"]
            assert rows
            for field in set(rows[0]) - {"county_code"}:
                assert sum(number(row[field]) for row in rows) == own[field], (each.unit.code, field)
            assert all(number(row["members_total"]) <= number(row["workers_total"]) for row in rows)


def test_more_units_than_unions_are_explained(in_force: InForce) -> None:
    """Where units outnumber grassroots unions the unit says that joint unions cover them; there are two such."""
    odd = []
    for each in in_force.of("GH02"):
        quarter = "2021Q2" if each.period.suffix == "H1" else "2021Q4"
        unions = answers(in_force.by_key[each.unit.code, "GH01", quarter])["grassroots_unions"]
        if answers(each)["units_with_union"] > unions:
            odd.append(each)
    assert {each.unit.code for each in odd} == {"QHI02", "QHI11"}
    assert all("联合基层工会" in each.note for each in odd)


def test_relief_adds_up_and_follows_on_last_year(in_force: InForce) -> None:
    """Three kinds make the total, and last year's column is last year's report where that was sent."""
    for each in in_force.of("GH05"):
        own = answers(each)
        assert own["relief_living"] + own["relief_medical"] + own["relief_study"] == own["relief_total"]
        earlier = in_force.by_key.get((each.unit.code, "GH05", each.period.prev_year.code))
        assert (earlier is not None) == (each.period.suffix == "Q4")
        if earlier:
            assert answers(earlier)["relief_total"] == own["relief_total_prev"]


def test_what_moved_by_more_than_half_is_explained(project: Project, in_force: InForce) -> None:
    """Against the same period of last year a few totals moved by more than half, and each has its reason."""
    swings = {
        (each.unit.code, each.form)
        for each in in_force.by_key.values()
        if (earlier := in_force.by_key.get((each.unit.code, each.form, each.period.prev_year.code)))
        for now, before in pairs(project, each, earlier)
        if before >= 10 and abs(now - before) > before / 2
    }
    explained = {(each.unit.code, each.form) for each in in_force.by_key.values() if each.note}
    assert swings == {("QH632600", "GH05"), ("QHD11", "GH05"), ("QHB04", "GH08"), ("QHB10", "GH13")}
    assert swings <= explained


def pairs(project: Project, now: Submitted, before: Submitted) -> Iterator[tuple[Decimal, Decimal]]:
    """The totals of two submissions of a form, field by field."""
    for part in project.forms[now.form].parts:
        for field in part.fields:
            if field.type in NUMBERS and field.aggregate in (Aggregate.SUM, Aggregate.LAST):
                rows = [each.parts.get(part.code, []) for each in (now, before)]
                first, second = (sum((number(row.get(field.code, 0)) for row in own), Decimal(0)) for own in rows)
                if field.code != "relief_total_prev":
                    yield first, second


def test_warmth_per_person_is_plausible(in_force: InForce) -> None:
    """Nobody is visited with less than 200 or more than 5000 yuan, and money goes with people."""
    for each in in_force.of("GH05"):
        own = answers(each)
        assert bool(own["warmth_funds"]) == bool(own["warmth_persons"])
        if own["warmth_persons"]:
            assert 200 <= own["warmth_funds"] / own["warmth_persons"] <= 5000


def test_services_are_plausible(in_force: InForce) -> None:
    """Check-ups cost the year's standard, posts cover employers, the insured are members."""
    for each in in_force.of("GH06"):
        own = answers(each)
        assert own["checkup_funds"] == 600 * own["checkup_persons"]
        assert own["posts"] >= own["employers"]
        if each.unit.is_counted:
            members = answers(in_force.by_key[each.unit.code, "GH01", each.period.code])["members_total"]
            assert own["mutual_aid_members"] <= members


def test_deeds_contests_and_classes_are_plausible(in_force: InForce) -> None:
    """Effort has deeds, a contest has more workers than units and fits its unit, a class has 5 to 500 trainees."""
    for row in in_force.rows("GH04"):
        assert number(row["practical_items"]) > 0
    for each in in_force.of("GH04"):
        aspects = Counter(row["aspect_code"] for row in each.parts["main"])
        assert max(aspects.values(), default=1) == 1
    for each in in_force.of("GH08"):
        for row in each.parts["contests"]:
            assert number(row["units"]) <= number(row["workers"])
        if each.unit.is_counted:
            workers = answers(in_force.by_key[each.unit.code, "GH01", each.period.code])["workers_total"]
            assert all(number(row["workers"]) <= 3 * workers for row in each.parts["contests"])
    assert all(5 <= number(row["trainees"]) <= 500 for row in in_force.rows("GH11"))


def test_ids_are_unique(in_force: InForce) -> None:
    """A class, a project, a named site or an award is reported once; a contest has one host."""
    for form, part, fields in (
        ("GH11", "main", ("class_id",)),
        ("GH09", "main", ("project_id",)),
        ("GH03", "sites", ("site_type", "site_name")),
        ("GH07", "awards", ("award_code", "recipient")),
        ("GH13", "assessment", ("assessed_unit", "assessor")),
    ):
        keys = [tuple(row[field] for field in fields) for row in in_force.rows(form, part)]
        assert len(keys) == len(set(keys)), form
    hosts = {(row["contest_id"], each.unit.code) for each in in_force.of("GH08") for row in each.parts["contests"]}
    assert len(hosts) == len({contest for contest, _ in hosts})


def test_brand_rooms_are_national_rooms(in_force: InForce) -> None:
    """The brand reading rooms are among the national ones."""
    names = {
        kind: {row["site_name"] for row in in_force.rows("GH03", "sites", site_type=kind)}
        for kind in ("room_brand", "room_national")
    }
    assert names["room_brand"] < names["room_national"]


def test_accounts_add_up(project: Project, in_force: InForce) -> None:
    """Details make their account and accounts their total, and a half-year is no more than its year."""
    parents = {code.code: code.parent for key, code in project.codes["accounts"].items() if key.startswith("2010/")}
    for each in (*in_force.of("GH12"), *in_force.of("GH12", 2020)):
        lines = {str(row["account_code"]): row for row in each.parts["main"]}
        assert {"4", "5"} < set(lines)
        for field in ("budget_initial", "budget_adjusted", "actual"):
            for code in lines:
                details = [number(row[field]) for own, row in lines.items() if parents[own] == code]
                assert not details or sum(details) == number(lines[code][field]), (each.unit.code, code, field)
        if each.period.suffix == "H1":
            year = {
                str(row["account_code"]): row for row in in_force.by_key[each.unit.code, "GH12", "2021"].parts["main"]
            }
            assert all(number(row["actual"]) <= number(year[code]["actual"]) for code, row in lines.items())


def test_what_the_province_pays_down_is_what_the_members_received(in_force: InForce) -> None:
    """Account 506 of the province is account 403 of the member unions, in every period."""
    for period in ("2020", "2021H1", "2021"):
        paid = in_force.sum("GH12", "actual", unit="QH630000", period=period, account_code="506")
        received = in_force.sum("GH12", "actual", period=period, account_code="403")
        assert paid == received - in_force.sum("GH12", "actual", unit="QH630000", period=period, account_code="403")


def test_audits_cover_everybody(in_force: InForce) -> None:
    """The own level, resident unions and institutions are audited every year, the other members in two years."""
    rows = {2021: list(in_force.rows("GH13", "audits")), 2020: list(in_force.rows("GH13", "audits", period="2020Q4"))}
    audited = {
        year: {row["auditee_id"] for row in own if row["auditee_class"] != "special"} for year, own in rows.items()
    }
    every_year = {"QH630000", *(f"QHI{n:02d}" for n in range(1, 4)), *(f"QHS{n:02d}" for n in range(1, 5))}
    members = {each.unit.code for each in in_force.of("GH01")}
    assert every_year <= audited[2020] & audited[2021]
    assert members <= audited[2020] | audited[2021]
    for row in (*rows[2020], *rows[2021]):
        assert (row["auditee_class"] == "special") == ("fund_type" in row)
        assert number(row.get("rectified", 0)) <= number(row.get("issues", 0))


def test_targets_name_declared_indicators(project: Project, in_force: InForce) -> None:
    """Every row of GH14 is about an indicator of the catalog."""
    assert {row["indicator_id"] for row in in_force.rows("GH14")} <= set(project.indicators)
