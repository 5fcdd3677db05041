-- Every physical line after the header, file by file in their order, blank ones as NULL: with a
-- delimiter that no text holds and without quotes, a CSV record is a line.
select line, filename
from read_csv(
    $text,
    columns = {'line': 'VARCHAR'},
    auto_detect = false,
    header = false,
    filename = true,
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
