-- The stores: where they are, when they say they are open, how they are polled and how they fare.
-- grain: one row per store; $zones: a hundred zone names, as often as a zone has stores
create or replace temp table stores as
with dice as (
    select n,
        100000000000000000 + (hash(n, $seed, 'id') % 9000000000000000000)::bigint as store_id,
        $zones[1 + (hash(n, $seed, 'zone') % 100)::bigint] as zone,
        (hash(n, $seed, 'zone known') % 100)::bigint as zone_dice,
        (hash(n, $seed, 'hours') % 100)::bigint as hours_dice,
        (hash(n, $seed, 'poller') % 100)::bigint as poller_dice,
        (hash(n, $seed, 'health') % 100)::bigint as health_dice
    from range($stores) as s (n)
)
select n,
    store_id,
    zone_dice >= 4 as has_zone,
    -- what nobody knows is in Chicago
    case when zone_dice >= 4 then zone else 'America/Chicago' end as zone,
    case
        when hours_dice < 30 then 'shop'
        when hours_dice < 52 then 'restaurant'
        when hours_dice < 62 then 'bar'
        when hours_dice < 72 then 'late diner'
        when hours_dice < 81 then 'kiosk'
        when hours_dice < 89 then 'around the clock'
        when hours_dice < 93 then 'all but a minute'
        when hours_dice < 95 then 'two shifts'
        else 'unlisted'
    end as pattern,
    case
        when poller_dice < 84 then 'hourly'
        when poller_dice < 92 then 'sparse'
        when poller_dice < 96 then 'silent at the end'
        when poller_dice < 99 then 'silent for three days'
        else 'never'
    end as poller,
    case
        when health_dice < 95 then 'well'
        when health_dice < 98 then 'failing'
        else 'closed'
    end as health
from dice
order by n
