-- What the poller heard: about one poll per store and hour, less the ones that were lost.
-- grain: one row per poll; some polls are delivered twice, a few of them with the other status
-- $keep_pm: per mille of the polls that are kept.
create or replace temp table polls as
with slots as (
    select s.*,
        h.hour,
        h.hour // 24 as day_number,
        $days - 1 - day_number as days_ago,
        hash(s.n, h.hour, $seed) as dice,
        h.hour * 3600000000 + (hash(s.n, $seed, 'phase') % 3300000000 + dice % 300000000)::bigint
            as at_us,
        at_us // 1000000 % 86400 as second_of_day,
        hash(s.n, day_number, $seed, 'outage') as outage_dice,
        28800 + (outage_dice // 100 % 43200)::bigint as outage_from,
        outage_from + 3600 * (1 + outage_dice // 10000000 % 6)::bigint as outage_to
    from stores as s cross join range($days * 24) as h (hour)
    where s.poller <> 'never'
),
heard as (
    select *,
        case
            when health = 'closed' and days_ago < 9 then 'inactive'
            when health = 'failing' and dice // 1000 % 100 < 40 then 'inactive'
            -- most stores in Chicago's zone lose their network for five hours
            when zone = 'America/Chicago' and days_ago = 2
                and second_of_day between 54000 and 71999 and n % 10 < 7 then 'inactive'
            -- a payment provider fails for an hour and a half
            when days_ago = 4 and second_of_day between 64800 and 70199 and n % 5 < 2
                then 'inactive'
            -- each store has a bad day now and then
            when outage_dice % 25 = 0 and second_of_day between outage_from and outage_to
                then 'inactive'
            when dice // 1000 % 1000 < 8 then 'inactive'
            else 'active'
        end as heard_status
    from slots
    where dice // 1000000 % 1000 < $keep_pm
        and not (poller = 'sparse' and hour % 4 <> n % 4)
        and not (poller = 'silent at the end' and hour >= $days * 24 - 36)
        and not (poller = 'silent for three days' and days_ago between 4 and 6)
)
select store_id,
    case
        when copy = 1 and dice // 1000000000 % 1000 = 0
            then case heard_status when 'active' then 'inactive' else 'active' end
        when dice // 1000000000 % 1000 = 9 then upper(heard_status)
        else heard_status
    end as status,
    $first_day::date + to_microseconds(at_us) as polled_at,
    hash(dice, copy) as place
from heard
    cross join range(case when dice // 1000000000 % 1000 < 4 then 2 else 1 end) as c (copy)
