-- What the servers reported: sessions of every device, less the events that were lost.
-- grain: one row per delivered event; some are delivered twice
-- A session stays on one server until that is destroyed and then goes on, as a second leg, on the
-- newest one. Lost are: the offline events of a crash, both events of some handovers, everything
-- in one night (21 days ago, 02:00 to 08:00), and one event in a hundred.
create or replace temp table events as
with pace as (
    select $days * 86400000000 // ($servers - $alive + 1) as step_us
),
slots as (
    select f.*,
        s.session,
        hash(f.n, s.session, $seed) as dice,
        (dice // 1000 % 1000)::bigint as start_dice,
        (dice // 1000000 % 1000)::bigint as length_dice,
        f.joined_us + s.session * f.period_us
            + f.period_us // 1000000 * start_dice
                * case f.habit when 'always on' then 10 else 100 end as planned_us,
        -- those already online are seen in the first hours
        greatest(planned_us, start_dice * 20000000) as start_us,
        planned_us + f.period_us // 100000 * case f.habit
            when 'always on' then 96000 + 3 * length_dice
            when 'daily' then 15000 + 30 * length_dice
            else 500 + 30 * length_dice
        end as end_us,
        isodow($first_day::date + (start_us // 86400000000)::integer) >= 6 as at_weekend
    from fleet as f
        cross join range((f.left_us - f.joined_us) // f.period_us + 1) as s (session)
),
sessions as (
    select *,
        start_us // step_us + 1 + (dice // 1000000000 % $alive)::bigint as first_server,
        (dice // 1000000000000 % 1000)::bigint as handover_dice
    from slots cross join pace
    where start_us < least(end_us, left_us)
        and dice % 100 >= case habit
            when 'always on' then 2
            when 'daily' then case when at_weekend then 55 else 10 end
            else 30
        end
),
legs as (
    select s.*,
        v.destroyed_us,
        s.end_us > v.destroyed_us as is_cut,
        is_cut and v.crashes as is_crash,
        v.destroyed_us + 20000000 + s.length_dice * 280000 as second_start_us,
        is_cut and second_start_us < s.end_us and not (v.crashes and s.handover_dice < 500)
            as has_second_leg,
        is_cut and s.handover_dice % 12 = 0 as handover_lost,
        -- a few devices still name the old server when they come back
        case
            when s.handover_dice % 50 = 1 then s.first_server
            else second_start_us // step_us + $alive
        end as second_online_server,
        second_start_us // step_us + $alive as second_server
    from sessions as s join servers as v on v.id = s.first_server
),
steps as (
    select legs.*,
        p.step,
        hash(dice, p.step) as step_dice,
        case p.step
            when 1 then start_us
            when 2 then case when is_cut then destroyed_us - length_dice * 20000 else end_us end
            when 3 then second_start_us
            else end_us
        end // 1000 * 1000 as at_us,
        case p.step
            when 3 then second_online_server
            when 4 then second_server
            else first_server
        end as server,
        case p.step
            when 1 then true
            when 2 then not is_crash and not (handover_lost and has_second_leg)
            when 3 then has_second_leg and not handover_lost
            else has_second_leg
        end as is_sent
    from legs cross join (values (1), (2), (3), (4)) as p (step)
),
delivered as (
    select $first_day::date + to_microseconds(at_us) as "timestamp",
        device_id,
        case when at_us >= changes_owner_us then next_user_rank else user_rank end as owner_rank,
        -- one session in 3,000 names a server that nobody has heard of
        case when dice % 300000 < 100 then $servers + 7 else server end as server_id,
        step % 2 = 1 as connected,
        user_rank = 4
            and at_us between ($days - 12) * 86400000000 and ($days - 9) * 86400000000 as is_late,
        step_dice
    from steps
    where is_sent
        and at_us < $days * 86400000000
        and step_dice % 100 <> 0
        and at_us not between ($days - 22) * 86400000000 + 7200000000
            and ($days - 22) * 86400000000 + 28800000000
)
select "timestamp",
    device_id,
    1 + owner_rank * 7919 % 10007 as user_id,
    server_id,
    connected,
    is_late
from delivered cross join range(case when step_dice // 100 % 500 = 0 then 2 else 1 end) as c (copy)
