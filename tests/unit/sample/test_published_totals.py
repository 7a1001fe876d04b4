"""The sample year adds up to the figures of the model bulletin."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.sample.in_force import InForce

GOLDEN = Path(__file__).parents[2] / "golden"
INCOME, EXPENDITURE = ("401", "402", "403", "404", "405", "406", "407", "408"), tuple(f"50{n}" for n in range(1, 9))
Measure = Callable[[InForce], Decimal]


def account(year: str, field: str, *codes: str) -> Measure:
    """Account lines of the province, added up."""
    return lambda year_in_force: sum(
        (year_in_force.sum("GH12", field, unit="QH630000", period=year, account_code=code) for code in codes),
        Decimal(0),
    )


def percent(part: Measure, whole: Measure) -> Measure:
    """A ratio of two measures in per cent."""
    return lambda in_force: 100 * part(in_force) / whole(in_force)


def rate(*codes: str) -> Measure:
    """The completion of the adjusted budget of 2020."""
    return percent(account("2020", "actual", *codes), account("2020", "budget_adjusted", *codes))


def share(code: str, codes: tuple[str, ...]) -> Measure:
    """The share of an account in its side of 2020."""
    return percent(account("2020", "actual", code), account("2020", "actual", *codes))


def total(form: str, field: str, part: str = "main", **where: object) -> Measure:
    """A sum over the year."""
    return lambda in_force: in_force.sum(form, field, part, **where)


def count(form: str, part: str = "main", **where: object) -> Measure:
    """A number of rows."""
    return lambda in_force: in_force.count(form, part, **where)


def counts(form: str, part: str, field: str, *codes: str) -> Measure:
    """A number of rows with one of several codes."""
    return lambda in_force: sum((in_force.count(form, part, **{field: code}) for code in codes), Decimal(0))


def distinct(form: str, field: str, part: str = "main", **where: object) -> Measure:
    """A number of different values."""
    return lambda in_force: in_force.distinct(form, field, part, **where)


def greatest(form: str, field: str, part: str = "main", **where: object) -> Measure:
    """The greatest value."""
    return lambda in_force: in_force.most(max, form, field, part, **where)


def last_rate(part: str, whole: str) -> Measure:
    """A ratio of two stocks of GH02 in per cent."""
    return lambda in_force: 100 * in_force.last("GH02", part) / in_force.last("GH02", whole)


def milestone(indicator_id: str, field: str) -> Measure:
    """A value of GH14."""
    return greatest("GH14", field, indicator_id=indicator_id)


def first_time(indicator_id: str) -> Measure:
    """Which time it is, by GH14."""
    return lambda in_force: milestone(indicator_id, "prior_count")(in_force) + 1


def audited(kind: str) -> tuple[Measure, Measure, Measure]:
    """Auditees, money and opinions of a class of audits."""
    audits = {"part": "audits", "auditee_class": kind}
    return (
        distinct("GH13", "auditee_id", **audits),
        total("GH13", "funds_audited", **audits),
        total("GH13", "opinions", **audits),
    )


def special(field: str, *funds: str) -> Measure:
    """A field of the audits of special funds."""
    return lambda in_force: sum(
        (
            in_force.sum("GH13", field, "audits", auditee_class="special", fund_type=fund, subject_year=2020)
            for fund in funds
        ),
        Decimal(0),
    )


def first_retreat_base(in_force: InForce) -> Decimal:
    """The bases of 2021 if there was none in 2020."""
    before = in_force.sum("GH07", "retreat_bases_inprov", "benefits", period="2020Q4")
    return in_force.last("GH07", "retreat_bases_inprov", "benefits") if before == 0 else Decimal(0)


def first_class_ramen(in_force: InForce) -> Decimal:
    """The class of the ramen contest if no earlier one had it."""
    now = in_force.most(min, "GH08", "contest_class", "contests", trade_code="T6202")
    before = in_force.most(min, "GH08", "contest_class", "contests", trade_code="T6202", period="2020Q4")
    return now if before > now else Decimal(0)


def standard_multiple(in_force: InForce) -> Decimal:
    """By how many times the relief standard rose."""
    new, old = (greatest("GH05", field)(in_force) for field in ("relief_std_new", "relief_std_old"))
    return (new - old) / old


def audits_a_year(in_force: InForce) -> Decimal:
    """The least number of audits that one of those had which are audited every year."""
    audits: dict[object, set[object]] = {
        unit: set() for unit in ("QH630000", "QHI01", "QHI02", "QHI03", "QHS01", "QHS02", "QHS03", "QHS04")
    }
    for row in in_force.rows("GH13", "audits"):
        if row["auditee_class"] != "special" and row["auditee_id"] in audits:
            audits[row["auditee_id"]].add(row["audit_id"])
    return Decimal(min(map(len, audits.values())))


def audit_cycle(in_force: InForce) -> Decimal:
    """The most years that one audit of a lower union covers."""
    years: dict[object, set[object]] = {}
    for kind in ("local", "industry_direct"):
        for row in in_force.rows("GH13", "audits", auditee_class=kind):
            years.setdefault(row["audit_id"], set()).add(row["subject_year"])
    return Decimal(max(map(len, years.values())))


MEASURES: dict[str, Measure] = {
    "sp21_first_inprov_retreat_base": first_retreat_base,
    "sp21_first_five_year_plan": first_time("first_five_year_plan"),
    "sp21_ramen_first_class_first_time": first_class_ramen,
    "sp21_reform_years": milestone("reform_years", "ordinal"),
    "wr21_workers_million": lambda in_force: in_force.last("GH01", "workers_total"),
    "wr21_theme_activities": total("GH03", "theme_activities"),
    "wr21_video_lecture_attendees": total("GH03", "lecture_attendees"),
    "wr21_red_edu_bases": count("GH03", "sites", site_type="red_base"),
    "wr21_stationed_teams": total("GH04", "stationed_teams"),
    "wr21_practical_funds": total("GH04", "practical_funds"),
    "wr21_practical_aspects": distinct("GH04", "aspect_code"),
    "wr21_practical_items": total("GH04", "practical_items"),
    "wr21_media_items": total("GH03", "media_items"),
    "wr21_first_five_year_plan": first_time("first_five_year_plan"),
    "wr21_plan_goals": milestone("plan_goals", "target_value"),
    "wr21_plan_projects": milestone("plan_projects", "target_value"),
    "wr21_eco_rangers_joined": total("GH01", "eco_rangers_joined"),
    "wr21_township_support_funds": total("GH09", "funds_paid", project_type="township"),
    "wr21_pilot_regions_b2": count("GH09", project_type="pilot_region", batch=2),
    "wr21_pilot_enterprises_b2": count("GH09", project_type="pilot_enterprise", batch=2),
    "wr21_pilot_batch_no": greatest("GH09", "batch"),
    "wr21_pilot_funds": total("GH09", "funds_paid", batch=2),
    "wr21_nat_may1_certificate": count("GH07", "awards", award_code="N_CERT"),
    "wr21_nat_may1_medal": count("GH07", "awards", award_code="N_MEDAL"),
    "wr21_nat_pioneer": count("GH07", "awards", award_code="N_PIONEER"),
    "wr21_nat_women_awards": counts("GH07", "awards", "award_code", "N_WOMEN_MEDAL", "N_WOMEN_POST"),
    "wr21_prov_innov_studios": count("GH07", "awards", award_code="P_STUDIO"),
    "wr21_prov_craftsmen": count("GH07", "awards", award_code="P_CRAFT"),
    "wr21_prov_tech_stars": count("GH07", "awards", award_code="P_STAR"),
    "wr21_warmth_funds": total("GH05", "warmth_funds"),
    "wr21_warmth_visited": total("GH05", "warmth_persons"),
    "wr21_golog_quake_funds": total("GH05", "disaster_funds"),
    "wr21_employers_online": total("GH06", "employers"),
    "wr21_posts_online": total("GH06", "posts"),
    "wr21_wechat_job_items": total("GH06", "job_items"),
    "wr21_care_classes_nat": total("GH06", "care_classes_national"),
    "wr21_care_classes_prov": total("GH06", "care_classes_provincial"),
    "wr21_retreat_persons": total("GH07", "retreat_persons", "benefits"),
    "wr21_subsidy_models": total("GH07", "subsidy_persons", "benefits"),
    "wr21_subsidy_funds": total("GH07", "subsidy_funds", "benefits"),
    "wr21_first_inprov_retreat_base": first_retreat_base,
    "wr21_relief_standard_multiple": standard_multiple,
    "wr21_relief_funds": total("GH05", "relief_total"),
    "wr21_relief_funds_increase": lambda in_force: (
        in_force.sum("GH05", "relief_total") - in_force.sum("GH05", "relief_total_prev")
    ),
    "wr21_industry_fed_members": lambda in_force: in_force.last("GH01", "industry_fed_members"),
    "wr21_checkup_standard": lambda in_force: (
        in_force.sum("GH06", "checkup_funds") / in_force.sum("GH06", "checkup_persons")
    ),
    "wr21_checkup_persons": total("GH06", "checkup_persons"),
    "wr21_reading_rooms_model": counts("GH03", "sites", "site_type", "room_national", "room_provincial"),
    "wr21_reading_rooms_brand": count("GH03", "sites", site_type="room_brand"),
    "wr21_wage_bargaining_rate": last_rate("units_wage_bargaining", "units_bargaining_eligible"),
    "wr21_om_advanced_units": count("GH07", "awards", award_code="P_OM_ADV"),
    "wr21_om_model_units": count("GH07", "awards", award_code="P_OM_MODEL"),
    "wr21_om_promoting_units": count("GH07", "awards", award_code="P_OM_PROMO"),
    "wr21_workers_congress_rate": last_rate("units_congress", "units_with_union"),
    "wr21_open_affairs_rate": last_rate("units_open_affairs", "units_with_union"),
    "wr21_legal_plan_no": milestone("legal_plan_no", "ordinal"),
    "wr21_legal_checkup_smes": distinct("GH10", "enterprise_id", event_type="checkup"),
    "wr21_legal_lectures": total("GH10", "sessions", event_type="lecture"),
    "wr21_legal_served": total("GH10", "persons"),
    "wr21_training_classes": count("GH11"),
    "wr21_training_persons": total("GH11", "trainees"),
    "wr21_contest_industries": distinct("GH08", "industry_code", "contests"),
    "wr21_contest_trades": distinct("GH08", "trade_code", "contests"),
    "wr21_contest_units": total("GH08", "units", "contests"),
    "wr21_contest_workers": total("GH08", "workers", "contests"),
    "wr21_contest_edition": greatest("GH08", "edition", "contests"),
    "wr21_ramen_edition": greatest("GH08", "edition", "contests", trade_code="T6202"),
    "wr21_ramen_two_provinces": greatest("GH08", "provinces", "contests", trade_code="T6202"),
    "wr21_ramen_first_class": first_class_ramen,
    "wr21_collab_funds": total("GH09", "funds_paid", project_type="collab"),
    "wr21_collab_projects": count("GH09", project_type="collab"),
    "wr21_culture_academies": count("GH03", "sites", site_type="culture_academy"),
    "wr21_sme_refund": total("GH12", "sme_refund", "refund", period="2021"),
    "wr22_t_prov_may1_certificate": milestone("prov_may1_certificates", "target_value"),
    "wr22_t_prov_may1_medal": milestone("prov_may1_medals", "target_value"),
    "wr22_t_prov_pioneer": milestone("prov_pioneers", "target_value"),
    "wr22_t_craftsmen": milestone("prov_craftsmen", "target_value"),
    "wr22_t_tech_stars": milestone("prov_tech_stars", "target_value"),
    "wr22_t_innov_studios": milestone("prov_innov_studios", "target_value"),
    "wr22_reform_years": milestone("reform_years", "ordinal"),
    "wr22_t_pilot_batch_no": milestone("pilot_batch_no", "target_value"),
    "wr22_reform_mechanisms": milestone("reform_mechanisms", "target_value"),
    "wr22_new_form_groups": distinct("GH01", "new_form_group", "groups"),
    "wr22_t_checkups": milestone("checkup_persons", "target_value"),
    "wr22_t_outdoor_stations": milestone("outdoor_stations", "target_value"),
    "wr22_t_care_classes": milestone("care_classes", "target_value"),
    "wr22_t_mutual_aid_members": milestone("mutual_aid_members", "target_value"),
    "wr22_t_ankang_enterprises": milestone("ankang_enterprises", "target_value"),
    "wr22_t_ankang_workers": milestone("ankang_workers", "target_value"),
    "au20_income_total": account("2020", "actual", *INCOME),
    "au20_income_total_rate": rate(*INCOME),
    "au20_income_remit": account("2020", "actual", "402"),
    "au20_income_remit_rate": rate("402"),
    "au20_income_remit_share": share("402", INCOME),
    "au20_income_upper": account("2020", "actual", "403"),
    "au20_income_upper_rate": rate("403"),
    "au20_income_upper_share": share("403", INCOME),
    "au20_income_gov": account("2020", "actual", "404"),
    "au20_income_gov_rate": rate("404"),
    "au20_income_gov_share": share("404", INCOME),
    "au20_income_other": account("2020", "actual", "408"),
    "au20_income_other_rate": rate("408"),
    "au20_income_other_share": share("408", INCOME),
    "au20_expend_total": account("2020", "actual", *EXPENDITURE),
    "au20_expend_total_rate": rate(*EXPENDITURE),
    "au20_expend_down": account("2020", "actual", "506"),
    "au20_expend_down_rate": rate("506"),
    "au20_expend_down_share": share("506", EXPENDITURE),
    "au21h1_income_total": account("2021H1", "actual", *INCOME),
    "au21h1_expend_total": account("2021H1", "actual", *EXPENDITURE),
    **dict(
        zip(
            ("au21_direct_units_audited", "au21_direct_funds_audited", "au21_direct_opinions"),
            audited("direct"),
            strict=True,
        )
    ),
    **dict(
        zip(
            ("au21_local_unions_audited", "au21_local_funds_audited", "au21_local_opinions"),
            audited("local"),
            strict=True,
        )
    ),
    **dict(
        zip(
            ("au21_industry_unions_audited", "au21_industry_funds_audited", "au21_industry_opinions"),
            audited("industry_direct"),
            strict=True,
        )
    ),
    "au20_relief_funds_audited": special("funds_audited", "relief"),
    "au20_warmth_funds_audited": special("funds_audited", "warmth"),
    "au20_relief_warmth_opinions": special("opinions", "relief", "warmth"),
    "au20_mutual_funds_audited": special("funds_audited", "mutual_aid"),
    "au20_mutual_opinions": special("opinions", "mutual_aid"),
    "au20_aidqh_funds_audited": special("funds_audited", "aid_qinghai"),
    "au20_aidqh_opinions": special("opinions", "aid_qinghai"),
    "au21_recovered_dues": total("GH13", "recovered", "audits"),
    "au21_rectification_rate": percent(
        total("GH13", "rectified", "audits", issue_source="state_audit", fund_type="relief"),
        total("GH13", "issues", "audits", issue_source="state_audit", fund_type="relief"),
    ),
    "au21_resident_unions_yearly": lambda in_force: Decimal(
        len({row["auditee_id"] for row in in_force.rows("GH13", "audits")} & {"QHI01", "QHI02", "QHI03"})
    ),
    "au21_direct_entities_yearly": distinct("GH13", "auditee_id", "audits", auditee_class="direct"),
    "au21_audit_freq_own": audits_a_year,
    "au21_audit_cycle_lower": audit_cycle,
    "au21_survey_duration": milestone("survey_months", "target_value"),
    "au21_std_units_assessed": count("GH13", "assessment", assessor="provincial"),
    "au21_std_excellent": count("GH13", "assessment", assessor="provincial", grade="EXCELLENT"),
    "au21_std_good": count("GH13", "assessment", assessor="provincial", grade="GOOD"),
    "au21_national_prize": count("GH13", "assessment", assessor="national", assessed_unit="QH630000", grade="PRIZE1"),
    "au21_best_projects_recommended": count("GH13", "audits", recommended=True),
    "au22_t_audit_freq_own": milestone("audit_freq_own", "target_value"),
    "au22_t_audit_cycle_lower": milestone("audit_cycle_lower", "target_value"),
}


def figures() -> list[dict[str, str]]:
    """The printed figures with the interval in which their wording is true."""
    with (GOLDEN / "figure_map.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def holds(value: Decimal, figure: dict[str, str]) -> bool:
    """Whether a value lies in the truth interval of a figure; a target's interval includes its ends."""
    interval = figure["interval"]
    low, high = Decimal(figure["truth_min"]), Decimal(figure["truth_max"] or "Infinity")
    above = value > low if interval.startswith("(") else value >= low
    below = value < high if interval.endswith(")") else value <= high
    return above and below


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure["figure_id"])
def test_adds_up_to_the_published_figure(figure: dict[str, str], in_force: InForce) -> None:
    """What counts at the end of the year makes the printed wording true."""
    value = MEASURES[figure["figure_id"]](in_force)
    assert holds(value, figure), (
        f"{value} is not in {figure['interval'][0]}{figure['truth_min']}, {figure['truth_max']}{figure['interval'][-1]}"
    )


def test_every_measure_is_of_a_figure() -> None:
    """Nothing is measured that the bulletin does not print."""
    assert set(MEASURES) == {figure["figure_id"] for figure in figures()}
