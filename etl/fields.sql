-- Fast readers of one cell: the value where it is certain, NULL where etl/fields.py has to decide.
-- The session's time zone is UTC; the variable zone_names holds the IANA names.

create macro fast_text(cell) as
    case when cell <> '' then cell end;

-- 8.13E+018 has lost its digits in a spreadsheet; 219e8832 and e-mail addresses are ordinary ids.
create macro fast_identifier(cell) as
    case
        when cell = '' then null
        when not (contains(cell, '+') or contains(cell, '-')) then cell
        when not regexp_full_match(cell, '[+-]?\d+([.,]\d+)?[eE][+-]\d+') then cell
    end;

-- strptime is faster than any other way. It lets numbers be short, skips blanks at either end and
-- around a blank of the format, and is exact otherwise: so a cell of full length with one blank,
-- or with none and a Z at its end, has no room for lenience. All other forms follow.
create macro fast_timestamp(cell) as
    coalesce(
        case
            when cell not between '0001' and '9999-13' then null
            when strlen(cell) = 20 and ends_with(cell, 'Z')
                then try_strptime(cell, '%Y-%m-%dT%H:%M:%SZ')
            when not has_one_blank(cell) or ends_with(cell, ' ') then null
            when strlen(cell) = 19 then try_strptime(cell, '%Y-%m-%d %H:%M:%S')
            when substr(cell, 20, 1) = '.' and not ends_with(cell, 'C')
                then try_strptime(cell, '%Y-%m-%d %H:%M:%S.%f')
        end,
        case
            when regexp_full_match(
                cell,
                '\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?'
                || '(Z| UTC|[+-](0\d|1[0-3])(:?[0-5]\d)?)?'
            ) and cell between '0002' and '9999'
                then try_cast(cell as timestamptz)::timestamp
        end,
        case
            when regexp_full_match(
                cell,
                '\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?'
                || '( ?([Zz]|UTC|GMT|[+-](0\d|1[0-3])(:?[0-5]\d)?))?'
            ) and cell between '0002' and '9999'
                then try_cast(
                    left(cell, 10) || 'T'
                    || regexp_replace(replace(substr(cell, 12), ',', '.'), ' |UTC|GMT', '', 'g')
                    as timestamptz
                )::timestamp
        end
    );

-- Spaces further apart are not looked for, since strptime does not take them.
create macro has_one_blank(cell) as
    contains(cell, ' ') and not (
        contains(cell, '  ') or contains(cell, e'\t') or contains(cell, e'\x0b')
        or contains(cell, e'\x0c')
    );

-- `in` and list_contains() with many values become a join, which would not keep the order of lines.
create macro fast_boolean(cell) as
    case cell
        when 'True' then true when 'true' then true when 'TRUE' then true
        when 't' then true when 'T' then true when '1' then true
        when 'False' then false when 'false' then false when 'FALSE' then false
        when 'f' then false when 'F' then false when '0' then false
    end;

create macro fast_word(cell, words) as
    case
        when list_position(words, lower(cell)) > 0 and strlen(lower(cell)) = strlen(cell)
            then lower(cell)
    end;

create macro fast_integer(cell, least, most) as
    case
        when regexp_full_match(cell, '-?\d{1,18}') and cell::bigint between least and most
            then cell::bigint
    end;

create macro fast_is_decimal(cell, before, behind) as
    regexp_full_match(cell, '-?\d+(\.\d+)?')
    and strlen(ltrim(split_part(cell, '.', 1), '-')) <= before
    and strlen(split_part(cell, '.', 2)) <= behind;

create macro fast_date(cell) as
    case
        when regexp_full_match(cell, '\d{4}-\d\d-\d\d') and cell between '0001' and '9999-13'
            then try_cast(cell as date)
    end;

create macro fast_weekday(cell) as
    case when regexp_full_match(cell, '[0-6]') then cell::integer end;

create macro fast_local_time(cell) as
    case
        when regexp_full_match(cell, '([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?')
            then split_part(cell, ':', 1)::integer * 3600
                + split_part(cell, ':', 2)::integer * 60
                + coalesce(try_cast(split_part(cell, ':', 3) as integer), 0)
    end;

create macro fast_zone(cell) as
    case when list_position(getvariable('zone_names'), cell) > 0 then cell end;

-- A line whose quotes only wrap whole fields without delimiters inside can be split without them;
-- NULL where quotes do more, so that etl/read/examine.py reads the line.
create macro without_quotes(physical_line, separator) as
    case
        when not contains(physical_line, '"') then physical_line
        when regexp_full_match(
            physical_line,
            '("[^"' || separator || ']*"|[^"' || separator || ']*)'
            || '([' || separator || ']("[^"' || separator || ']*"|[^"' || separator || ']*))*'
        ) then replace(physical_line, '"', '')
    end;
