# One image for the API, the workers and every one-shot command: `docker run IMAGE COMMAND`.

FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /build && python -m venv /opt/sendout
COPY requirements-build.lock requirements.lock ./
# The locks carry hashes; which registry to ask is the building machine's own setting.
RUN /build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
    && /opt/sendout/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY api api
COPY workflows workflows
COPY activities activities
COPY models models
COPY templates templates
RUN /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /dist . \
    && /opt/sendout/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
# What WeasyPrint draws labels and PDFs with; the second font has Chinese.
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-wqy-microhei fontconfig \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin sendout \
    && install -d -o sendout -g sendout -m 0700 /data
COPY --from=build /opt/sendout /opt/sendout
ENV PATH=/opt/sendout/bin:$PATH PYTHONUNBUFFERED=1 SENDOUT_DATA_DIR=/data
WORKDIR /data
VOLUME /data
USER sendout
EXPOSE 8000
ENTRYPOINT ["sendout"]
# Without a command: everything in this one container, data kept in /data.
CMD ["up", "--host", "0.0.0.0"]
