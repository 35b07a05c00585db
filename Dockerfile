# The service alone: it needs DATABASE_URL, and runs with a read-only root file system (docker run --read-only).
# Migrations: docker run ... python -m app migrate, with OWNER_DATABASE_URL.
# The base is named by the digest of its index (every platform): the same base each time, and a new one is a commit.
# `docker buildx imagetools inspect python:3.11-slim-trixie` prints the newest; so does repos/python/remote of
# docker-library/repo-info. An own mirror or a base that was made otherwise: --build-arg PYTHON_IMAGE=…
ARG PYTHON_IMAGE=python:3.11.15-slim-trixie@sha256:90744cff8f32887f075c47d747a173ff333e9e98801667af93c357fa9f5e28ff
FROM ${PYTHON_IMAGE} AS packages
COPY requirements.lock .
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock \
    # python-jose asks for ecdsa (CVE-2024-23342, never mended), rsa and pyasn1 and, with cryptography there, uses none.
    # typer asks for rich, and needs it only to colour its help: structlog would import it, 4 MB of every process.
    && /srv/venv/bin/pip uninstall --yes ecdsa rsa pyasn1 rich pygments markdown-it-py mdurl pip setuptools

FROM ${PYTHON_IMAGE}
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VEKSTPLASS_ENVIRONMENT=production
WORKDIR /srv/vekstplass
COPY --from=packages /srv/venv /srv/venv
COPY . .
RUN python -m compileall -q app migrations
USER 1069:1069
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=2s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=1)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
