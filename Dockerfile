# One image for the dashboard with its API and for the watcher; compose.yaml runs both.
FROM python:3.13.9-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FLEETPULSE_INCOMING=/srv/incoming \
    FLEETPULSE_DATA=/srv/data \
    FLEETPULSE_CACHE=/srv/data/cache \
    HOME=/tmp

WORKDIR /app
COPY pyproject.toml constraints.txt ./
COPY tools/install.sh tools/install.sh
RUN sh tools/install.sh /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/app
RUN printf '#!/bin/sh\nexec python -m fleetpulse "$@"\n' > /opt/venv/bin/fleetpulse \
    && chmod 755 /opt/venv/bin/fleetpulse

COPY .streamlit .streamlit
COPY api api
COPY etl etl
COPY fleetpulse fleetpulse
COPY pages pages
COPY reports reports
COPY uploads uploads
COPY warehouse warehouse
COPY tools/healthy.py tools/healthy.py
COPY dashboard.py ./

RUN install -d -o 10001 -g 10001 /srv/incoming /srv/data
USER 10001:10001
VOLUME ["/srv/incoming", "/srv/data"]
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "tools/healthy.py"]
CMD ["streamlit", "run", "dashboard.py", "--server.port=8501", "--server.address=0.0.0.0"]
