#!/bin/sh
# Makes the environment of a real Spark for `make cluster`: build/spark, with fleetpulse installed from
# its wheel, as on a worker. pyspark and pyspark-client install the same package, so it is one apart.
# usage: tools/spark.sh PYTHON (the one of the tests: driver and workers need the same minor version)
set -eu

SPARK=4.3.0
JDK=17
python=$1

command -v java >/dev/null || {
    echo "Spark needs a JDK, version $JDK or newer, and there is no java on the PATH." >&2
    echo "On Debian and Ubuntu: apt install openjdk-$JDK-jre-headless" >&2
    exit 1
}
found=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
[ "${found:-0}" -ge "$JDK" ] || {
    echo "Spark needs a JDK, version $JDK or newer; $(command -v java) is version ${found:-unknown}." >&2
    echo "On Debian and Ubuntu: apt install openjdk-$JDK-jre-headless" >&2
    exit 1
}

[ -x build/spark/bin/pip ] || "$python" -m venv --clear build/spark
[ "$(build/spark/bin/pip list --format=freeze 2>/dev/null | grep '^pyspark==')" = "pyspark==$SPARK" ] ||
    build/spark/bin/pip install "pyspark[connect]==$SPARK"
# What a task imports; the versions are those of the driver.
grep -E '^(duckdb|pyarrow|pytz|tzdata|backports.zstd|boto3|botocore|s3transfer|jmespath|python-dateutil|six|urllib3)==' constraints.txt > build/spark.txt
build/spark/bin/pip install --quiet -r build/spark.txt
rm -rf build/wheel
"$python" -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
build/spark/bin/pip install --quiet --no-deps --force-reinstall build/wheel/fleetpulse-*.whl
