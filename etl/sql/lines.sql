-- Every physical line after the header, in file order, blank ones as NULL: with a delimiter that no
-- text holds and without quotes, a CSV record is a line.
select line
from read_csv(
    $text,
    columns = {'line': 'VARCHAR'},
    auto_detect = false,
    header = false,
    hive_partitioning = false,
    delim = e'\x01',
    quote = '',
    escape = '',
    strict_mode = false,
    max_line_size = 4000000,
    parallel = $parallel,
    skip = $header_line,
    compression = $compression
)
