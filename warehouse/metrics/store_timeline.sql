-- How a store's number came to be: when it was open, its polls, and the status given to each piece
-- of its open time, from one instant to another.
-- grain: one row per open span, poll and piece of open time, in order of kind and time
-- dataset: store_status
-- param store VARCHAR: the store's id
-- param first_at TIMESTAMP: where it begins; hours are known from 7 days before the first poll on
-- param last_at TIMESTAMP: where it ends, that instant included; hours are known to 7 days after the newest poll
-- column kind VARCHAR: open (the store is open), poll, or status (given to open time)
-- column from_at TIMESTAMP: where it begins; the instant of a poll
-- column to_at TIMESTAMP: where it ends; the instant of a poll
-- column status VARCHAR: active or inactive for a poll; up, down or unknown for open time; NULL for open
-- column hours DOUBLE [hours]: how long it is; 0 for a poll
-- column certain BOOLEAN: whether the polls allow no other status; only for kind status
-- column in_hours BOOLEAN: whether the store was open at that instant; only for kind poll
-- column at_limit BOOLEAN: whether it is cut off where known hours begin or end; NULL for polls
create or replace macro store_timeline(store, first_at, last_at) as table
with
-- Text with an offset or a zone behind its time is that instant, other text is UTC.
asked as (
    select
        case
            when
                typeof(first_at) = 'TIMESTAMP WITH TIME ZONE'
                or regexp_matches(first_at::varchar, ':\d+(\.\d*)?\s*[^\s\d:.]')
                then epoch_us(first_at::timestamptz)
            else epoch_us(first_at::timestamp)
        end as begin_us,
        case
            when
                typeof(last_at) = 'TIMESTAMP WITH TIME ZONE'
                or regexp_matches(last_at::varchar, ':\d+(\.\d*)?\s*[^\s\d:.]')
                then epoch_us(last_at::timestamptz)
            else epoch_us(last_at::timestamp)
        end as end_us
),

bounds as (
    select
        begin_us,
        case
            when begin_us is null or end_us is null
                then error('store_timeline: first_at and last_at must both be given')
            when begin_us > end_us
                then error(format(
                    'store_timeline: first_at {} is after last_at {}',
                    make_timestamp(begin_us)::varchar,
                    make_timestamp(end_us)::varchar
                ))
            else end_us
        end::bigint as end_us
    from asked
),

lines as (
    select
        'open' as kind,
        2 * greatest(open_us, begin_us) as from_half_us,
        2 * least(close_us, end_us) as until_half_us,
        null::varchar as status,
        null::boolean as certain,
        null::boolean as in_hours
    from store_open_spans
    cross join bounds
    where store_id = store and open_us < end_us and close_us > begin_us

    union all

    select
        'poll',
        2 * poll_us,
        2 * poll_us,
        case when active then 'active' else 'inactive' end,
        null,
        in_hours
    from store_polls
    cross join bounds
    where store_id = store and poll_us between begin_us and end_us

    union all

    select
        'status',
        greatest(from_half_us, 2 * begin_us),
        least(until_half_us, 2 * end_us),
        status,
        certain,
        null
    from store_open_status
    cross join bounds
    where store_id = store and from_half_us < 2 * end_us and until_half_us > 2 * begin_us
)

select
    kind,
    make_timestamp(from_half_us // 2) as from_at,
    make_timestamp(until_half_us // 2) as to_at,
    status,
    (until_half_us - from_half_us) / 7200000000 as hours,
    certain,
    in_hours,
    case
        when kind <> 'poll'
            then
                from_half_us in (select 2 * earliest_us from store_observation)
                or until_half_us in (select 2 * latest_us from store_observation)
    end as at_limit
from lines
order by kind, from_half_us;
