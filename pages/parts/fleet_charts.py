"""Pictures of a fleet: devices that come and go, hours online, servers that end, one device."""

from __future__ import annotations

from functools import cache

import altair as alt

from pages.parts import legend, palette, spec, stacks

CHANGES = ("New", "Returned", "Lost")
MEASURES = ("Mean", "Median")
NUMBERS = alt.Axis(tickCount=5, tickMinStep=1, format=",d")


@cache
def coming_and_going(long: bool) -> spec.Spec:
    """Devices gained above the line and lost below it, a bar a week.

    Columns: week (its Monday), kind (one of CHANGES), place (of the kind), amount (negative for
    lost), complete, heading, online, new, returned, lost, note.
    """
    mondays = alt.Axis(
        format="%b %Y" if long else "%-d %b",
        labelExpr="datum.label" if long else spec.named_day(7),
        labelAngle=0,
        labelOverlap=True,
    )
    week = alt.X("utcyearmonthdate(week):O", title=None, axis=mondays)
    hues = [palette.CHANGE[kind] for kind in CHANGES]
    one = legend.alone("kind")
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=week,
            y=alt.Y("amount:Q", title="Devices a week", axis=NUMBERS),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(CHANGES), range=hues),
                legend=stacks.named_legend(tuple(palette.CHANGE.items())),
            ),
            order=alt.Order("place:Q"),
            opacity=legend.opacity(one, "datum.complete"),
            tooltip=_texts(
                heading="Week",
                online="Online",
                new="New",
                returned="Returned",
                lost="Lost",
                note="Seen",
            ),
        )
        .add_params(one)
    )
    line = alt.Chart().mark_rule(color=palette.QUIET, aria=False).encode(y=alt.datum(0))
    return spec.of(alt.layer(bars, line).properties(height=300))


@cache
def hours(long: bool, few: bool) -> spec.Spec:
    """Lines over days of the mean and the median device, from 0 to 24 hours.

    Columns: day, measure (one of MEASURES), amount (hours), complete, heading, mean, median,
    devices, total, note.
    """
    base = alt.Chart().encode(
        x=alt.X(
            "utcyearmonthdate(day):T", title=None, axis=stacks.axis(long, few), bandPosition=0.5
        )
    )
    one = legend.alone("measure")
    lines = base.encode(
        y=alt.Y(
            "amount:Q",
            title="Hours online per device and day",
            scale=alt.Scale(domain=[0, 24]),
            axis=alt.Axis(values=[0, 6, 12, 18, 24]),
        ),
        color=alt.Color(
            "measure:N",
            scale=alt.Scale(domain=list(MEASURES), range=[palette.MAIN, "#56B4E9"]),
            legend=alt.Legend(title=None, orient="top"),
        ),
    )
    hover = base.mark_bar(binSpacing=0, opacity=0).encode(
        x=alt.X("utcyearmonthdate(day):T"),
        tooltip=_texts(
            heading="Day",
            mean="Mean",
            median="Median",
            devices="Devices online",
            total="Hours online",
            note="Seen",
        ),
    )
    whole = lines.transform_filter("datum.complete").mark_line(invalid="break-paths-show-domains")
    whole = whole.encode(opacity=legend.opacity(one)).add_params(one)
    points = lines.mark_point(filled=True, size=20, invalid="filter").encode(
        opacity=legend.opacity(one, "datum.complete")
    )
    return spec.of(alt.layer(whole, points, hover).properties(height=300))


@cache
def cut_off(instants: str) -> spec.Spec:
    """When servers were destroyed and how many intervals each cut off; `instants` formats the axis.

    Columns: destroyed_at, cut_off, server, when, intervals, devices.
    """
    base = alt.Chart().encode(
        x=alt.X(
            "destroyed_at:T",
            scale=alt.Scale(type="utc"),
            title=None,
            axis=_instants(instants),
        ),
        y=alt.Y("cut_off:Q", title="Intervals cut off", axis=NUMBERS),
        tooltip=_texts(
            server="Server", when="Destroyed", intervals="Cut off", devices="Devices carried"
        ),
    )
    stems = base.mark_rule(color=palette.STATUS["error"], strokeWidth=2)
    heads = base.mark_point(color=palette.STATUS["error"], filled=True, size=70, opacity=1)
    return spec.of(alt.layer(stems, heads).properties(height=240))


@cache
def intervals(kinds: stacks.Kinds, instants: str, devices: tuple[str, ...]) -> spec.Spec:
    """A row of bars over time for each of `devices`, coloured by the rule that decided where each
    of them ends.

    `instants` formats the axis. Columns: device, started, ended, rule (one of `kinds`), since,
    until, long, user, server, means.
    """
    names, hues = zip(*kinds, strict=True)
    colour = alt.Scale(domain=names, range=hues)
    one = legend.alone("rule")
    bars = (
        alt.Chart()
        .mark_bar(height=24, strokeWidth=1.5)
        .encode(
            x=alt.X(
                "started:T",
                scale=alt.Scale(type="utc"),
                title=None,
                axis=_instants(instants),
            ),
            x2="ended:T",
            y=alt.Y(
                "device:N",
                sort=list(devices),
                title=None,
                axis=alt.Axis(labelLimit=110) if len(devices) > 1 else None,
            ),
            color=alt.Color(
                "rule:N", scale=colour, legend=stacks.named_legend(kinds, "Next event")
            ),
            stroke=alt.Stroke("rule:N", scale=colour, legend=None),
            opacity=legend.opacity(one),
            tooltip=_texts(
                device="Device",
                since="Online from",
                until="Until",
                long="For",
                user="User",
                server="Server",
                rule="Next event",
                means="So",
            ),
        )
        .add_params(one)
    )
    return spec.of(alt.layer(bars).properties(height=140 + 70 * len(devices)))


def _instants(named: str) -> alt.Axis:
    label = spec.named_instant(named)
    return alt.Axis(grid=False, labelOverlap=True, format=named, labelExpr=label)


def _texts(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(field=f, type="nominal", title=title) for f, title in titles.items()]
