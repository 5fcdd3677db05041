-- The devices: whose they are, how they connect, and when they join and leave.
-- grain: one row per device; times in microseconds since the first day
-- $sizes: devices of each user, largest first. $stretch_pm: per mille of the usual time between
-- two sessions.
create or replace temp table fleet as
with users as (
    select unnest(range(1, len($sizes) + 1)) as user_rank, unnest($sizes) as fleet_size
),
numbered as (
    select row_number() over (order by user_rank, d.place) as n, user_rank, fleet_size, d.place
    from users cross join range(fleet_size) as d (place)
),
dice as (
    select *,
        $days * 86400000000 as end_us,
        (hash(n, $seed, 'habit') % 100)::bigint as habit_dice,
        (hash(n, $seed, 'join') % 1000000)::bigint as join_dice,
        (hash(n, $seed, 'leave') % 1000000)::bigint as leave_dice,
        (hash(n, $seed, 'owner') % 1000000)::bigint as owner_dice,
        case when fleet_size >= 100 then 80 when fleet_size >= 10 then 50 else 25 end
            as always_on_pct
    from numbered
),
habits as (
    select *,
        case
            when habit_dice < always_on_pct then 'always on'
            when habit_dice < always_on_pct + (100 - always_on_pct) * 6 // 10 then 'daily'
            else 'now and then'
        end as habit,
        case habit when 'always on' then 7 when 'daily' then 1 else 4 end
            * 86400000::bigint * $stretch_pm as period_us
    from dice
),
memberships as (
    select *,
        case
            -- the second largest user buys more devices, day by day, over the last 60 days
            when user_rank = 2 and place >= fleet_size // 4
                then end_us - 86400000000 * (60 - 58 * place // fleet_size)
            when join_dice < 700000 then 0
            else end_us // 1000000 * ((join_dice - 700000) * 10 // 3)
        end as joined_day_us,
        case
            -- the fifth largest user leaves
            when user_rank = 5 then end_us - 15 * 86400000000
            when leave_dice < 80000
                then greatest(joined_day_us + 864000000000, end_us // 80000 * leave_dice)
            else end_us
        end as left_us
    from habits
)
select n,
    99 + n as device_id,
    user_rank,
    habit,
    period_us,
    -- whole days, so that a daily habit starts in the morning; who was there before the first day
    -- is somewhere in the middle of a session
    joined_day_us // 86400000000 * 86400000000
        + case
            when habit = 'daily' then 21600000000 + join_dice * 7200
            when joined_day_us = 0 then -(period_us // 1000000 * leave_dice)
            else period_us // 1000000 * join_dice
        end as joined_us,
    left_us,
    case
        -- the largest of the medium users takes over the devices of some small ones
        when user_rank between 150 and 172 then $buyer_rank
        when owner_dice < 10000 then 1 + owner_dice * len($sizes) // 10000
        else user_rank
    end as next_user_rank,
    case
        when user_rank between 150 and 172 then end_us - (30 - user_rank % 10) * 86400000000
        else end_us // 1000000 * leave_dice
    end as changes_owner_us
from memberships
order by n
